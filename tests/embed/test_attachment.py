"""A manager in a loop of callbacks, which here are called by hand."""

import shutil
import sys

import pytest

from ddm.embed.attachment import Attachment
from ddm.errors import StateError, UsageError


class Loop:
    """Turns when it is told to."""

    name = "this loop"

    def __init__(self):
        self.turn, self.due, self.calls, self.ends = None, [], [], 0

    def begin(self, fd, turn):
        self.turn = turn

    def call_at(self, due_s):
        self.due.append(due_s)

    def call_soon(self, callback):
        self.calls.append(callback)

    def end(self):
        self.ends += 1


@pytest.fixture
def loop():
    return Loop()


def broken(attachment, loop, state):
    """Its queue is gone, which it notices."""
    loop.turn()
    shutil.rmtree(state)
    while attachment.error is None:
        loop.turn()


def test_the_loop_is_told_after_every_turn_when_the_next_is_due(manager, loop):
    with Attachment(manager, loop, None):
        loop.turn()
        loop.turn()

        assert loop.due[-1] == manager.deadline()
        assert len(loop.due) == 2


def test_whoever_awaits_a_job_there_is_told_what_to_do_instead(manager, loop, tmp_path):
    with Attachment(manager, loop, None):
        job = manager.add("http://127.0.0.1:1/", tmp_path)

        with pytest.raises(UsageError, match=r"when_over.*events"):
            job.__await__().send(None)


def test_a_callback_is_the_loops_to_call(manager, server, loop, tmp_path):
    called = []
    with Attachment(manager, loop, None):
        job = manager.add(f"{server.url}/file", tmp_path)
        job.when_over(called.append)
        while not job.over:
            loop.turn()

        assert called == []
        for call in loop.calls:
            call()
    assert called == [job]


def test_once_detached_another_loop_may_have_it_and_keeps_it(manager, loop):
    first = Attachment(manager, loop, None)
    first.detach()
    with Attachment(manager, Loop(), None):
        first.detach()
        with pytest.raises(UsageError, match="already"):
            Attachment(manager, Loop(), None)


def test_closing_the_manager_takes_it_off(manager, loop):
    with Attachment(manager, loop, None) as attachment:
        manager.close()
        assert loop.ends == 1
    assert attachment.error is None


def test_an_error_of_the_block_takes_it_off_and_comes_out(manager, loop):
    with pytest.raises(ZeroDivisionError), Attachment(manager, loop, None):
        raise ZeroDivisionError
    assert loop.ends == 1


def test_a_queue_that_broke_is_told_to_the_hook_and_to_who_leaves(
    manager, loop, tmp_path, monkeypatch
):
    told = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: told.append(kind))
    attachment = Attachment(manager, loop, None)
    broken(attachment, loop, tmp_path / "state")

    assert told == [StateError]
    with pytest.raises(StateError, match="removed"):
        attachment.detach()


def test_a_handler_of_errors_is_told_once_and_leaving_is_quiet(manager, loop, tmp_path):
    told = []
    with Attachment(manager, loop, told.append) as attachment:
        broken(attachment, loop, tmp_path / "state")

    assert told == [attachment.error]
    assert loop.ends == 2
