import pytest

from ddm.cli.showing.face import Face
from ddm.cli.showing.narrator import Narrator
from ddm.core.view import QueueView
from ddm.record import State


class Told(Face):
    """A face that keeps what it is told."""

    def __init__(self):
        super().__init__()
        self.notes = []

    def note(self, sentence):
        self.notes.append(sentence)


@pytest.fixture
def face():
    return Told()


@pytest.fixture
def narrator(face, job_view):
    def make(verbosity, **job):
        made = Narrator(face, verbosity)
        made.view = lambda: QueueView((job_view(**job),), 0.0, 0)
        return made

    return make


def test_states_are_told_with_the_file_s_name(narrator, face):
    told = narrator(1)
    told.hear("job", {"job": 1, "state": "running", "why": None})
    told.run(0.0)

    assert face.notes == ["a.iso: running, 120 of 512 MiB"]


def test_a_wait_is_told_with_its_length_and_its_reason(narrator, face):
    told = narrator(1, state=State.WAITING, waiting_s=12.0, reason="429")
    told.hear("job", {"job": 1, "state": "waiting", "why": "429 from http://h/?sig=secret"})
    told.run(0.0)

    assert face.notes == ["a.iso: waiting 12 s: 429 from http://h/?sig=***"]


def test_a_job_that_was_never_seen_has_its_number(narrator, face):
    told = narrator(1)
    told.hear("job", {"job": 7, "state": "probing", "why": None})
    told.run(0.0)

    assert face.notes == ["job 7: probing"]


@pytest.mark.parametrize("state", ["done", "failed", "paused"])
def test_how_a_job_ended_is_told_by_others(narrator, face, state):
    told = narrator(2)
    told.hear("job", {"job": 1, "state": state, "why": "x"})
    told.run(0.0)

    assert face.notes == []


@pytest.mark.parametrize(
    ("verbosity", "lines"), [(1, []), (2, ["a.iso: a request failed (broken): reset"])]
)
def test_a_request_that_failed_is_told_the_very_curious(narrator, face, verbosity, lines):
    told = narrator(verbosity)
    told.hear("transfer", {"job": 1, "kind": "broken", "why": "reset"})
    told.run(0.0)

    assert face.notes == lines


def test_a_degradation_is_told_once(narrator, face):
    told = narrator(1, reason="fewer connections: 503")
    for now in (0.0, 1.0, 2.0):
        told.run(now)

    assert face.notes == ["a.iso: fewer connections: 503"]


def test_without_news_it_looks_twice_a_second(narrator):
    told = narrator(1)
    looks = []
    view = told.view
    told.view = lambda: looks.append(1) or view()
    for now in (0.0, 0.1, 0.4, 0.5, 0.6):
        told.run(now)

    assert len(looks) == 2


def test_without_v_it_is_silent_and_never_looks(narrator, face):
    told = narrator(0)
    told.view = None
    told.hear("job", {"job": 1, "state": "running", "why": None})
    told.run(0.0)

    assert face.notes == []
    assert told.deadline() is None
