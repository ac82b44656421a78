import signal

import pytest

from ddm.cli.showing.face import Face
from ddm.cli.showing.plain import Plain
from ddm.cli.working import session
from ddm.errors import ConfigError, Exit
from ddm.record import State, StoredFailure, Wanted
from ddm.spec import JobSpec
from ddm.turns import LongTurn

SPEC = JobSpec("http://127.0.0.1/a", "/files")
REFUSED = StoredFailure("unreachable", "refused", Exit.NETWORK)


def test_quiet_has_the_quiet_face_on_a_terminal_too():
    face = session.choose_face({"TERM": "xterm"}, quiet=True, terminal=True)

    assert type(face) is Face


@pytest.mark.parametrize("environ", [{}, {"TERM": ""}, {"TERM": "dumb"}, {"TERM": "unknown"}])
def test_a_terminal_that_cannot_move_its_cursor_gets_lines(environ):
    assert type(session.choose_face(environ, quiet=False, terminal=True)) is Plain


def test_a_terminal_gets_the_live_screen_and_a_file_gets_lines():
    faces = [
        session.choose_face({"TERM": "xterm"}, quiet=False, terminal=terminal)
        for terminal in (True, False)
    ]

    assert [type(face).__name__ for face in faces] == ["Screen", "Plain"]


def test_flags_go_before_the_configuration(home):
    with session.session(quiet=True, flags={"max_jobs": 3}) as here:
        assert here.limits.max_jobs == 3


def test_a_bad_configuration_is_refused(home, monkeypatch):
    monkeypatch.setenv("DDM_MAX_JOBS", "many")

    with pytest.raises(ConfigError, match="DDM_MAX_JOBS"), session.session(quiet=True):
        pass


def test_a_log_that_cannot_be_written_is_only_said(home, capsys):
    (home / "state" / "ddm" / "ddm.log").mkdir(parents=True)
    with session.session(quiet=False):
        pass

    assert "ddm.log" in capsys.readouterr().err


def test_only_jobs_that_are_over_are_collected(here, store):
    done, queued = store.add([SPEC, SPEC])
    store.set_state(done, State.DONE, None)
    here.collect(store, [done, queued, 99])

    assert sorted(here.tally.outcomes) == [done, 99]


def test_in_the_end_all_are_collected(here, store):
    ids = store.add([SPEC])
    here.collect(store, ids, all_of_them=True)

    assert here.tally.outcomes[1].code == Exit.UNFINISHED


def test_no_job_is_collected_twice(here, store, capsys):
    ids = store.add([SPEC])
    store.set_state(1, State.FAILED, REFUSED)
    here.collect(store, ids)
    here.collect(store, ids)

    assert capsys.readouterr().err.count("refused") == 1


def test_a_signal_is_the_status_if_jobs_are_left(here):
    here.tally.expect([1])
    signal.raise_signal(signal.SIGTERM)

    assert here.exit_status() == Exit.TERMINATED


def test_a_signal_that_came_too_late_changes_nothing(here, store):
    store.add([SPEC])
    store.set_state(1, State.FAILED, REFUSED)
    here.tally.expect([1])
    here.collect(store, [1])
    signal.raise_signal(signal.SIGINT)

    assert here.exit_status() == Exit.NETWORK


def test_driving_stops_when_a_signal_was_caught(here, store):
    ids = store.add([SPEC])
    here.tally.expect(ids)
    signal.raise_signal(signal.SIGINT)
    with here.manager() as manager:
        here.drive(manager, ids)

    assert here.exit_status() == Exit.INTERRUPTED
    assert store.get(1).state is State.QUEUED


def test_driving_ends_with_the_last_job(refused, here, store, home):
    ids = store.add([JobSpec(refused, str(home))])
    here.tally.expect(ids)
    with here.manager() as manager:
        here.drive(manager, ids)

    assert here.exit_status() == Exit.NETWORK


def test_after_a_picture_the_sums_are_told_for_one_job_too(home, store, capsys):
    store.add([SPEC])
    store.set_state(1, State.DONE, None)
    said = []
    for drew in (False, True):
        with session.session(quiet=False) as here:
            here.tally.expect([1])
            here.collect(store, [1])
            here.face.drew = drew
            here.exit_status()
        said.append("1 of 1 done, 0 MiB" in capsys.readouterr().err)

    assert said == [False, True]


@pytest.mark.parametrize(
    ("took_s", "verbose", "said"),
    [(0.051, 0, False), (0.051, 1, True), (0.001, 1, True)],
)
def test_the_longest_turn_is_told_to_who_wants_to_know_more(home, capsys, took_s, verbose, said):
    with session.session(quiet=False, verbose=verbose) as here:
        here.tell_longest(LongTurn(took_s, took_s, "writing", took_s, 0.0))

    told = capsys.readouterr().err
    assert ("the longest turn took" in told, "(writing files: " in told) == (said, said)


def test_a_file_that_was_there_and_was_checked_is_said(home, store, capsys):
    store.add([SPEC])
    store.set_state(1, State.DONE, None)
    with session.session(quiet=False) as here:
        here.tally.checking.add(1)
        here.collect(store, [1])

    assert ": it is there already; nothing to do\n" in capsys.readouterr().err


def test_what_the_manager_found_is_told_also_when_quiet(home, capsys):
    (home / "state" / "ddm").mkdir(parents=True)
    (home / "state" / "ddm" / "jobs.db").write_bytes(b"no database" * 1000)
    with session.session(quiet=True) as here:
        here.manager().close()

    assert capsys.readouterr().err.startswith("ddm: ")


def test_working_collects_what_is_over_before_and_what_is_left_after(here, store, home, refused):
    ids = store.add([SPEC, JobSpec(refused, str(home))])
    store.set_state(1, State.DONE, None)
    here.tally.expect(ids)
    with here.manager() as manager:
        code = here.work(manager, ids)

    assert code == Exit.NETWORK
    assert sorted(here.tally.outcomes) == ids


def test_a_job_that_another_paused_ends_the_work_unfinished(here, store):
    ids = store.add([SPEC])
    here.tally.expect(ids)
    store.wish(ids, Wanted.PAUSE)
    with here.manager() as manager:
        code = here.work(manager, ids)

    assert code == Exit.UNFINISHED
