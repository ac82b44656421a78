"""The manager beside other processes: they wish, they write, they take its database away."""

import os
import shutil
import subprocess
import sys
import time

import pytest

from ddm.errors import BusyError, StateError
from ddm.house import House
from ddm.limits import BUSY_RETRY_S, Limits
from ddm.record import State, Wanted
from ddm.spec import JobSpec
from ddm.store import poke
from ddm.store.database import Database
from ddm.store.jobs import JobStore

# Stops itself in the middle of writing.
STOPPED = (
    "import os, signal, sys; from pathlib import Path; from ddm.store.database import open_database;"
    "transaction = open_database(Path(sys.argv[1])).transaction(durable=True);"
    "transaction.__enter__(); os.kill(os.getpid(), signal.SIGSTOP)"
)
TURN_MAX_S, STOP_MAX_S = 0.3, 2.0


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def manager(state):
    with House.open(state, Limits()) as manager:
        yield manager


@pytest.fixture
def job_id(manager, server, tmp_path):
    """A job that runs, half of it fetched and recorded, and gets no more before the gate is open."""
    (job_id,) = manager.add([JobSpec(f"{server.url}/gated", str(tmp_path))])
    manager.work_on(None)
    turn_until(manager, lambda: manager.store.get(job_id).written)
    return job_id


@pytest.fixture
def stopped(state, manager):
    """A process that was stopped in the middle of writing."""
    process = subprocess.Popen([sys.executable, "-c", STOPPED, str(state / "jobs.db")])
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    yield process
    process.kill()
    process.wait()


def turn_until(manager, found):
    while not found():
        manager.turn()


def fetched(manager):
    return sum(job.done_bytes for job in manager.view().jobs)


def timed_turn(manager):
    """How long a turn takes that waits for hardly anything."""
    began_s = time.monotonic()
    manager.turn(BUSY_RETRY_S)
    return time.monotonic() - began_s


def test_it_waits_for_others_that_are_writing_until_it_begins_and_then_for_nobody(manager):
    def patience_ms():
        return manager._database.rows("PRAGMA busy_timeout")[0][0]

    before = patience_ms()
    manager.work_on(None)
    assert (before > 1000, patience_ms()) == (True, 0)


def test_a_poke_makes_a_wish_come_true_at_once(manager, job_id, state, connect):
    manager._lookout._due_s += 3600.0
    JobStore(connect()).wish([job_id], Wanted.PAUSE)
    poke.send(state)
    turns = 0
    while manager.store.get(job_id).state is not State.PAUSED:
        manager.turn()
        turns += 1

    assert turns < 20  # its file is synced by a child meanwhile


def test_without_a_poke_the_next_look_finds_it(manager, job_id, connect):
    JobStore(connect()).wish([job_id], Wanted.REMOVE, delete_files=True)
    turn_until(manager, lambda: manager.idle)

    assert manager.store.get(job_id) is None


def test_a_poke_before_there_is_anything_to_do_is_no_error(manager, state):
    poke.send(state)
    manager.turn()

    assert manager.deadline() is None


@pytest.mark.parametrize("what", ["removed", "replaced", "directory"])
def test_a_database_that_was_taken_away_ends_it_with_a_sentence(
    manager, job_id, state, tmp_path, what
):
    database = state / "jobs.db"
    if what == "directory":
        shutil.rmtree(state)
    else:
        database.rename(tmp_path / "aside")
    if what == "replaced":
        shutil.copy(tmp_path / "aside", database)
    with pytest.raises(StateError) as caught:
        turn_until(manager, lambda: False)

    assert str(caught.value) == (
        f"{database} was removed or replaced while ddm was at work; run it again"
    )


def test_what_was_fetched_when_it_died_is_found_by_the_next(
    manager, job_id, server, state, tmp_path
):
    before = manager.store.get(job_id).written
    server.gate.set()
    turn_until(manager, lambda: fetched(manager) >= 1.5 * before.total)
    had = fetched(manager)
    manager.close()
    with House.open(state, Limits()) as after:
        record = after.store.get(job_id)

    assert record.state is State.QUEUED
    assert record.written.total >= had > before.total


def test_while_another_process_sleeps_in_a_transaction_turns_are_short_and_transfers_go_on(
    manager, job_id, server, stopped
):
    recorded = manager.store.get(job_id).written
    before = fetched(manager)
    server.gate.set()
    longest_s = 0.0
    # Until it has fetched more, and has tried to record it.
    while fetched(manager) < 1.5 * before or not manager._performer._ledger.pending:
        longest_s = max(longest_s, timed_turn(manager))

    assert manager.store.get(job_id).written == recorded
    assert longest_s < TURN_MAX_S


def test_a_stop_beside_such_a_process_is_quick_and_loses_nothing(
    manager, job_id, server, state, stopped
):
    ended = []
    manager.listeners.on_ended = ended.append
    server.gate.set()
    before = fetched(manager)
    turn_until(manager, lambda: fetched(manager) >= 1.5 * before)
    began_s = time.monotonic()
    manager.stop()
    turn_until(manager, lambda: manager.idle)
    took_s = time.monotonic() - began_s
    manager.close()
    stopped.kill()
    stopped.wait()
    with House.open(state, Limits()) as after:
        record = after.store.get(job_id)

    assert took_s < STOP_MAX_S
    assert [view.state for view in ended] == [State.QUEUED]
    assert (record.state, record.written.total) == (State.QUEUED, ended[0].done_bytes)


def test_a_stop_goes_through_once_the_process_is_gone(manager, job_id, stopped):
    manager.stop()
    manager.turn()
    stopped.kill()
    stopped.wait()
    turn_until(manager, lambda: manager.idle)

    assert manager.store.get(job_id).state is State.QUEUED
    assert manager.store.get(job_id).written == manager.store.get(job_id).synced


def test_where_nobody_can_read_the_database_it_is_looked_at_again(
    manager, job_id, state, connect, monkeypatch
):
    JobStore(connect()).wish([job_id], Wanted.PAUSE)

    def unreadable(_database):
        raise BusyError("locking protocol")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "changed", unreadable)
        poke.send(state)
        manager.turn()
    before = manager.store.get(job_id).state
    turn_until(manager, lambda: manager.store.get(job_id).state is not before)

    assert (before, manager.store.get(job_id).state) == (State.RUNNING, State.PAUSED)
