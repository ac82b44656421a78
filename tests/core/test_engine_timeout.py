"""--timeout: a limit for a job as a whole."""

import pytest

from ddm.core.commands import DigestFile, StartTransfer, SyncFile
from ddm.core.events import FileDigested
from ddm.errors import Exit
from ddm.failures import Kind
from ddm.record import State
from ddm.spec import Checksum, Route

KIB, MIB = 1 << 10, 1 << 20
SUM = Checksum("md5", "a" * 32)


@pytest.fixture
def timed(make_paper):
    return make_paper(timeout_secs=30.0)


def test_a_job_that_takes_too_long_fails_and_keeps_what_it_has(timed, span):
    began = timed.now
    timed.begin(3 * MIB)
    timed.bytes(1, 1000)
    while timed.engine.holds(1):
        timed.wait()

    assert timed.now == began + 30.0
    failed = [c for c in timed.said if getattr(c, "failure", None)][-1].failure
    assert (failed.kind, failed.code) == (Kind.STALLED, Exit.TOO_SLOW)
    assert "30 s, the limit that was set" in failed.message
    assert timed.claims() == (span(0, 1000), span(0, 1000))


def test_waiting_counts(timed):
    timed.offer()
    timed.break_off(1, Kind.THROTTLED, retry_after_s=100.0)

    timed.wait()

    assert timed.states()[-1] is State.FAILED


def test_time_in_the_queue_does_not(make_paper):
    paper = make_paper(timeout_secs=30.0, max_total_connections=1)
    paper.offer(1)
    paper.offer(2)
    paper.wait(29.0)
    paper.head(1, size=1000)
    paper.end(1, 1000)

    paper.wait(29.0)

    assert paper.engine.holds(2)


@pytest.mark.parametrize("step", [DigestFile, SyncFile])
def test_a_file_that_is_whole_is_never_too_late(timed, step):
    timed.answers[SyncFile] = lambda _: None
    timed.begin(1000, spec={"checksums": (SUM,)})
    timed.end(1, 1000)
    if step is SyncFile:
        timed.play(FileDigested(1, (SUM,)))

    timed.wait(100.0)

    assert timed.job.state is (State.VERIFYING if step is DigestFile else State.FINISHING)
    assert timed.engine.deadline() is None


def test_without_a_limit_there_is_no_deadline_of_it(paper):
    paper.begin(3 * MIB)

    assert paper.engine.deadline() == paper.now + paper.limits.stall_timeout_secs


def test_every_request_takes_the_jobs_route(paper, of):
    route = Route(proxy="socks5h://127.0.0.1:9", insecure=True)
    paper.begin(3 * MIB, spec={"route": route})

    assert {c.route for c in of(StartTransfer, paper.said)} == {route}
