import pytest

from ddm.byteranges import ByteRange
from ddm.core.causes import Told
from ddm.core.commands import RecordState, StartTransfer
from ddm.core.events import FileSynced, JobOffered, TransferEnded
from ddm.core.journal import STORY_LINES_MAX, Journal
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.request import Request
from ddm.http.response import Expectation
from ddm.record import JobRecord, State, Wanted
from ddm.spec import JobSpec


@pytest.fixture
def journal():
    return Journal()


def test_a_story_is_told_oldest_first_with_its_times(journal):
    journal.note(1, 1.5, FileSynced(1))
    journal.note(2, 1.6, FileSynced(2))
    journal.note(1, 2.0, RecordState(1, State.DONE))

    first, second = journal.story(1)

    assert first == "1.500 FileSynced(job_id=1)"
    assert second.startswith("2.000 RecordState(job_id=1, ")


def test_only_the_last_lines_are_kept(journal):
    for n in range(STORY_LINES_MAX + 5):
        journal.note(1, float(n), FileSynced(1))

    story = journal.story(1)

    assert len(story) == STORY_LINES_MAX
    assert story[0].startswith("5.000 ")


def test_a_job_that_left_has_no_story(journal):
    journal.note(1, 1.0, FileSynced(1))
    journal.forget(1)
    journal.forget(2)

    assert journal.story(1) == []


def test_no_secret_is_told(journal):
    url = "https://user:s3cret@example.org/f?sig=s3cret"
    spec = JobSpec(url, "/d", headers=(("X-Api-Key", "s3cret"),))
    headers = (("Authorization", "s3cret"), ("Cookie", "s3cret"))
    redirected = Failure(
        Kind.REDIRECTED, "302 Found", Exit.TOO_MANY_REDIRECTS, location="/f?sig=s3cret"
    )
    asked = Expectation(ByteRange(0, 10))
    for what in (
        JobOffered(JobRecord(1, spec, Wanted.RUN, State.QUEUED)),
        StartTransfer(1, 1, Request(url, headers), asked, alone=True),
        StartTransfer(2, 1, Request(url, headers), Expectation(None), alone=True),
        TransferEnded(1, 0, redirected),
        TransferEnded(2, 0, None),
        RecordState(1, State.FAILED, Failure(Kind.BROKEN, f"reset by {url}", Exit.NETWORK)),
    ):
        journal.note(1, 1.0, what)

    story = journal.story(1)

    assert [line for line in story if "s3cret" in line] == []
    assert story[1] == "1.000 StartTransfer(1, 0..10 of https://***@example.org/f?sig=***)"
    assert "all of https" in story[2]


def test_people_are_told_how_long_ago_it_was_and_nothing_of_the_machinery(journal):
    journal.note(1, 1.5, FileSynced(1))
    journal.note(1, 2.0, RecordState(1, State.RUNNING))

    assert journal.told(1, 14.3) == (Told(12.3, "it is running"),)
    assert journal.told(2, 14.3) == ()
