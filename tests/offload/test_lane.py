import os
import signal
import time
from pathlib import Path

import pytest

from ddm.failures import FailureError
from ddm.limits import (
    CHILD_CROWDED_S,
    CHILD_FULL_S,
    CHILD_IDLE_S,
    CHILD_RESTART_MAX_S,
    CHILD_SILENCE_S,
    LOSSES_OF_A_HANG,
)
from ddm.offload import lane as lanes
from ddm.offload.kinds import Digest, LookUp
from ddm.offload.lane import Habits, Lane
from ddm.offload.process import Process


class Member:
    """A lane on a loop."""

    def __init__(self, loop, **habits):
        self.due_s = None
        self.loop = loop
        self.lane = Lane(
            Habits(**{"children_max": 2, "in_hand_max": 64, **habits}), loop, self._on_news
        )
        loop.join(self)

    def _on_news(self):
        self.due_s = self.loop.now

    def deadline(self):
        return self.due_s

    def run(self, now):
        self.due_s = self.lane.run(now)

    def close(self):
        self.loop.leave(self)
        self.lane.close()
        self.lane.reap(time.monotonic() + 30)


@pytest.fixture
def build(loop):
    members = []

    def built(**habits):
        members.append(Member(loop, **habits))
        return members[-1].lane

    yield built
    for member in members:
        member.close()


@pytest.fixture
def ask(file):
    def asked(lane):
        digest = Digest(str(file.path), ["md5"], 9, os.close)
        digest.fd = os.dup(file.fd)
        lane.ask(digest)
        return digest

    return asked


def in_hand(lane):
    return [len(child.in_hand) for child in lane._children]


def stop(lane):
    """Stop its children, as if they hung."""
    for pid in lane.pids:
        os.kill(pid, signal.SIGSTOP)


def test_nobody_is_started_before_there_is_something_to_do(build, loop):
    lane = build()
    loop.turn(0)

    assert lane.pids == []
    assert not lane.busy


def test_what_is_asked_in_one_turn_goes_out_together(build, loop, ask):
    lane = build()
    asked = [ask(lane) for _ in range(3)]
    loop.turn(0)
    assert in_hand(lane) == [3]

    for each in asked:
        loop.result(each)
    assert not lane.busy


def test_what_comes_meanwhile_waits_until_all_in_hand_is_done(build, loop, ask):
    lane = build()
    ask(lane)
    loop.turn(0)
    stop(lane)
    ask(lane)
    loop.turn(0)

    assert in_hand(lane) == [1]


def test_another_one_is_started_when_the_first_is_busy_for_long(build, loop, ask):
    lane = build()
    first = ask(lane)
    loop.turn(0)
    stop(lane)
    second = ask(lane)
    loop.pass_time(CHILD_CROWDED_S)

    assert in_hand(lane) == [1, 1]
    loop.result(second)
    assert not first.over


def test_those_abreast_get_all_at_once(build, loop, ask):
    lane = build(children_max=1, in_hand_max=3, abreast=True)
    ask(lane)
    loop.turn(0)
    stop(lane)
    for _ in range(4):
        ask(lane)
    loop.turn(0)

    assert in_hand(lane) == [3]


def test_an_idle_one_leaves(build, loop, ask):
    lane = build()
    loop.result(ask(lane))
    [pid] = lane.pids
    loop.pass_time(CHILD_IDLE_S)
    loop.until(lambda: not Path(f"/proc/{pid}").exists() or loop.pass_time(1))

    assert lane.pids == []
    loop.result(ask(lane))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_dead_one_had_is_asked_of_the_next(build, loop, ask, number):
    lane = build()
    asked = [ask(lane) for _ in range(3)]
    loop.turn(0)
    stop(lane)
    for pid in lane.pids:
        os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)
    for each in asked:
        loop.until(lambda each=each: each.over or loop.pass_time(0.1))

    assert {each.losses for each in asked} == {1}
    assert len({each.result() for each in asked}) == 1


def test_what_a_child_was_lost_with_goes_alone(build, loop, ask, monkeypatch):
    batches = []

    class Told(Process):
        def send(self, batch):
            batches.append(len(batch))
            return super().send(batch)

    monkeypatch.setattr(lanes, "Process", Told)
    lane = build()
    asked = [ask(lane) for _ in range(3)]
    loop.turn(0)
    stop(lane)
    os.kill(lane.pids[0], signal.SIGKILL)
    loop.until(lambda: all(each.over for each in asked) or loop.pass_time(0.1))

    assert batches == [3, 1, 1, 1]


def test_one_that_is_silent_at_its_work_is_killed(build, loop, ask):
    lane = build(children_max=1)
    asked = ask(lane)
    loop.turn(0)
    [pid] = lane.pids
    stop(lane)
    loop.pass_time(CHILD_SILENCE_S)
    loop.result(asked)

    assert lane.pids != [pid]
    assert asked.losses == LOSSES_OF_A_HANG


def test_what_has_waited_too_long_fails_and_its_child_goes(build, loop):
    lane = build(abreast=True, within_s=30)
    asked = LookUp("a.test")
    lane.ask(asked)
    loop.turn(0)
    [pid] = lane.pids
    stop(lane)
    loop.pass_time(29)
    assert not asked.over
    loop.pass_time(1)

    with pytest.raises(FailureError, match="no answer in 30 seconds"):
        asked.result()
    assert pid not in lane.pids


def test_time_runs_from_the_first_turn_that_saw_it(build, loop):
    lane = build(abreast=True, within_s=30)
    loop.clock.advance_to(loop.clock.now() + 100)  # a host that did not turn for long
    asked = LookUp("127.0.0.1")
    lane.ask(asked)

    assert loop.result(asked) == ("127.0.0.1",)


def test_a_full_socket_is_tried_again_a_little_later(build, loop, ask, monkeypatch):
    full = [True, True]
    monkeypatch.setattr(
        lanes, "Process",
        type("Full", (Process,), {"send": lambda self, b: False if full and full.pop() else Process.send(self, b)}),
    )  # fmt: skip
    lane = build()
    asked = ask(lane)
    for _ in range(3):
        assert not asked.over
        loop.pass_time(CHILD_FULL_S)

    loop.result(asked)
    assert full == []


def test_those_that_die_at_once_are_not_started_in_a_rush(build, loop, monkeypatch, ask):
    started = []

    def refuse(*_):
        started.append(loop.now)
        raise OSError("no room")

    monkeypatch.setattr(lanes, "Process", refuse)
    lane = build()
    for _ in range(600):
        ask(lane)
        loop.pass_time(0.1)
    loop.until(lambda: not lane.busy)

    assert len(started) < 25
    assert started[-1] - started[-2] <= CHILD_RESTART_MAX_S + 0.2


def test_when_there_is_room_again_children_are_had_again(build, loop, monkeypatch, ask):
    def refuse(*_):
        raise OSError("no room")

    lane = build()
    with monkeypatch.context() as none:
        none.setattr(lanes, "Process", refuse)
        asked = ask(lane)
        loop.until(lambda: asked.over or loop.pass_time(0.1))
    loop.pass_time(CHILD_RESTART_MAX_S)
    loop.result(ask(lane))

    assert len(lane.pids) == 1
