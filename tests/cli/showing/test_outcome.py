from ddm.byteranges import RangeSet
from ddm.cli.showing import outcome
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.record import State, StoredFailure

MIB = 1 << 20


def _outcomes(record, *codes):
    error = [StoredFailure("broken", "reset", code) for code in codes]
    return [outcome.of_record(record(state=State.FAILED, error=one)) for one in error]


def test_a_job_that_is_done_has_a_path(job_view):
    found = outcome.of_view(job_view(state=State.DONE, done_bytes=512 * MIB))

    assert (found.path, found.code, found.message) == ("/files/a.iso", Exit.OK, "")


def test_a_job_that_failed_has_its_failure_s_sentence_and_status(job_view):
    failure = Failure(Kind.NOT_FOUND, "no such file (404)", Exit.NOT_FOUND)
    found = outcome.of_view(job_view(state=State.FAILED, failure=failure))

    assert (found.path, found.code, found.message) == (None, Exit.NOT_FOUND, "no such file (404)")


def test_a_file_that_could_not_be_checked_has_no_path_and_its_failure_s_status(job_view, record):
    failure = Failure(Kind.CHANGED, "the file changed", Exit.CHANGED)
    stored = StoredFailure("changed", "the file changed", Exit.CHANGED)
    found = [
        outcome.of_view(job_view(state=State.DONE, failure=failure)),
        outcome.of_record(record(state=State.DONE, name="a.iso", error=stored)),
    ]

    assert [(one.path, one.code, one.message) for one in found] == [
        (None, Exit.CHANGED, "the file changed")
    ] * 2


def test_a_job_that_another_paused_or_removed_is_unfinished_and_says_so(job_view):
    paused = outcome.of_view(job_view(id=3, state=State.PAUSED))
    removed = outcome.of_view(job_view(state=State.RUNNING, removed=True))

    assert (paused.code, removed.code) == (Exit.UNFINISHED, Exit.UNFINISHED)
    assert paused.message == "paused; `ddm resume 3` lets it go on"
    assert (removed.label, removed.message) == ("a.iso", "the job was removed by another ddm")


def test_a_job_without_a_name_is_called_by_its_redacted_url(record):
    assert outcome.of_record(record()).label == "http://***@host/a.iso?sig=***"


def test_a_message_from_the_network_cannot_move_the_cursor(record):
    error = StoredFailure("bad-response", "\x1b[2Jgone", Exit.BAD_RESPONSE)
    found = outcome.of_record(record(state=State.FAILED, error=error))

    assert found.message == r"\x1b[2Jgone"


def test_a_stored_job_that_is_done_is_whole(record):
    found = outcome.of_record(record(state=State.DONE, name="a.iso", size_bytes=10))

    assert (found.path, found.done_bytes, found.code) == ("/files/a.iso", 10, Exit.OK)


def test_a_stored_job_on_its_way_has_what_is_written(record):
    found = outcome.of_record(record(written=RangeSet.of(0, 7), size_bytes=10))

    assert (found.path, found.done_bytes, found.code) == (None, 7, Exit.UNFINISHED)
    assert found.message == "not finished: the job is queued"


def test_a_job_that_is_only_checked_is_whole(record):
    assert outcome.of_record(record(checking=True, size_bytes=10)).done_bytes == 10


def test_a_removed_job_is_unfinished():
    assert outcome.removed(7).code == Exit.UNFINISHED


def test_nothing_that_failed_is_status_0(record):
    assert outcome.exit_status([outcome.of_record(record(state=State.DONE, name="a"))]) == Exit.OK
    assert outcome.exit_status([]) == Exit.OK


def test_failures_that_share_a_status_pass_it_on(record):
    done = outcome.of_record(record(state=State.DONE, name="a"))

    assert outcome.exit_status([done, *_outcomes(record, Exit.TLS, Exit.TLS)]) == Exit.TLS


def test_failures_with_different_statuses_are_status_1(record):
    assert outcome.exit_status(_outcomes(record, Exit.TLS, Exit.NETWORK)) == Exit.UNEXPECTED
