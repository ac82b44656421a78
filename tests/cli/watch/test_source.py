import os

import pytest

from ddm.cli.watch.source import watching
from ddm.core.view import QueueView
from ddm.live import LiveWriter
from ddm.record import State
from ddm.spec import JobSpec
from ddm.turns import Turns

SPEC = JobSpec("http://127.0.0.1/a", "/files")


class Manager:
    def view(self):
        return QueueView((), 5.0, 1)

    def turns(self):
        return Turns().figures()


@pytest.fixture
def state_dir(home, store):
    return home / "state" / "ddm"


@pytest.fixture
def source(state_dir):
    with watching(state_dir) as made:
        yield made


def seen(source, now=0.0, ids=()):
    return [(row.id, row.state) for row in source.look(now, ids).rows]


def test_what_others_write_is_seen_with_the_next_look(source, store):
    assert seen(source) == []
    store.add([SPEC, SPEC])
    assert seen(source, 1.0) == [(1, State.QUEUED), (2, State.QUEUED)]
    store.set_state(2, State.RUNNING, None)
    assert seen(source, 2.0) == [(1, State.QUEUED), (2, State.RUNNING)]
    store.remove(1)
    assert seen(source, 3.0) == [(2, State.RUNNING)]
    store.remove(2)
    store.add([SPEC])
    assert seen(source, 4.0) == [(3, State.QUEUED)]


def test_what_was_written_when_the_clock_was_wrong_is_seen_in_the_end(source, store):
    store.add([SPEC])
    seen(source)
    store._wall = lambda: 5.0
    store.set_state(1, State.DONE, None)

    assert seen(source, 31.0) == [(1, State.DONE)]


def test_only_some_jobs_are_seen_in_order_of_their_numbers(source, store):
    store.add([SPEC] * 3)

    assert [job_id for job_id, _ in seen(source, ids=[3, 7, 1, 3])] == [1, 3]


def test_where_nobody_manages_wishes_come_into_force_at_once(source, store):
    store.add([SPEC] * 2)
    source.pause([2])
    assert seen(source) == [(1, State.QUEUED), (2, State.PAUSED)]
    source.resume([2])
    assert seen(source) == [(1, State.QUEUED), (2, State.QUEUED)]


def test_the_picture_of_a_manager_is_seen(source, state_dir):
    (state_dir / "manager.lock").write_text(str(os.getpid()))
    (state_dir / "watch").touch()
    LiveWriter(state_dir, Manager()).look(0.0)
    snapshot = source.look(0.0)

    assert (snapshot.manager, snapshot.live.queue.speed_bps) == (os.getpid(), 5.0)


def test_without_a_manager_nobody_is_waited_for(source, state_dir):
    source.await_manager()

    assert source.look(0.0).manager is None
    assert not (state_dir / "watch").exists()


def test_a_look_says_that_somebody_watches(source, state_dir):
    (state_dir / "manager.lock").write_text(str(os.getpid()))
    source.look(0.0)

    assert (state_dir / "watch").exists()


def test_a_database_that_is_another_file_is_noticed(source, state_dir):
    assert not source.replaced
    (state_dir / "jobs.db").rename(state_dir / "away.db")

    assert source.replaced


def test_positions_are_of_the_whole_queue_and_follow_a_move(source, store):
    store.add([SPEC] * 3)
    assert [row.position for row in source.look(0.0, [2, 3]).rows] == [2, 3]
    store.move([3], 1)
    assert [row.position for row in source.look(1.0, [2, 3]).rows] == [3, 1]
