"""Situations, each built through the engine, and what is said of the job in them."""

import pytest

from ddm.core import commands, events
from ddm.core.causes import Word
from ddm.failures import Kind
from ddm.record import Wanted
from ddm.spec import Checksum

MIB = 1 << 20
ORIGIN = "https://example.org"
OTHER = "https://other.example/f.bin"


def causes(paper, job_id=1):
    return paper.engine.explain(job_id, paper.now).causes


def words(paper, job_id=1):
    return [cause.word for cause in causes(paper, job_id)]


def only(paper, word, job_id=1):
    (cause,) = causes(paper, job_id)
    assert cause.word is word
    return cause


def let_flow(paper, seconds=1.0, count_bytes=64 << 10):
    """Every transfer brings so much, after so long."""
    paper.now += seconds
    for transfer_id, position in list(paper.positions.items()):
        if transfer_id in paper.live:
            paper.bytes(transfer_id, position + count_bytes)


def test_a_job_that_is_not_admitted_is_not_explained(paper):
    assert paper.engine.explain(1, paper.now) is None


def test_the_first_request_says_whom_it_asks_and_for_how_long(paper):
    paper.offer()
    paper.now += 3
    cause = only(paper, Word.CONNECTING)

    assert f"its first request to {ORIGIN} has been on the way for 3 s" in cause.sentence
    assert "`connect_timeout_secs`" in cause.sentence


def test_while_the_part_file_is_opened_that_is_said(paper):
    paper.answers[commands.OpenPart] = lambda _: None
    paper.begin(8 * MIB)

    only(paper, Word.OPENING)


def test_a_failed_try_says_when_the_next_one_is_due(paper):
    paper.offer()
    paper.break_off(1, Kind.SERVER_ERROR, message="the server answered 500")
    cause = only(paper, Word.RETRY)

    assert cause.until_s == paper.engine.deadline() - paper.now
    assert cause.sentence.startswith("the server answered 500; tried again in ")
    assert "(try 2 of 6)" in cause.sentence


def test_retry_after_says_when_it_is_over_to_the_job_that_was_told_and_to_the_others(paper):
    paper.offer(1)
    paper.break_off(
        1, Kind.THROTTLED, retry_after_s=30.0, status=429, message="the server answered 429"
    )
    paper.offer(2)
    paper.now += 10

    told, other = only(paper, Word.RETRY_AFTER, 1), only(paper, Word.RETRY_AFTER, 2)

    assert told.until_s == other.until_s == 20.0
    assert told.sentence == (
        "the server answered 429 and wants to be left alone (Retry-After); asked again in 20 s"
    )
    assert (
        other.sentence == f"{ORIGIN} refused (429, 10 s ago) and is left alone; asked again in 20 s"
    )


def test_a_full_disk_is_named_with_what_is_missing(paper, full_disk):
    paper.begin(8 * MIB)
    paper.lacking_bytes = 3 * MIB
    paper.end(1, because=full_disk)
    cause = only(paper, Word.DISK_FULL)

    assert "No space left (3 MiB more are needed)" in cause.sentence
    assert cause.until_s == 1.0


def test_a_job_without_a_connection_says_that_all_of_them_are_in_use(make_paper):
    paper = make_paper(max_total_connections=2, max_jobs=2)
    paper.begin(90 * MIB, 1)
    paper.offer(2, OTHER)
    cause = only(paper, Word.BUDGET_TOTAL, 2)

    assert "all 2 connections that ddm may have are in use, for 2 jobs" in cause.sentence
    assert "max_total_connections" in cause.sentence


def test_a_job_that_could_use_more_than_an_origin_may_have_says_so(make_paper):
    paper = make_paper(max_connections_per_host=1)
    paper.begin(90 * MIB)
    let_flow(paper)
    cause = only(paper, Word.BUDGET_HOST)

    assert f"the only connection that {ORIGIN} may have is in use" in cause.sentence
    assert "`ddm config set max_connections_per_host N` allows more" in cause.sentence


def test_an_origin_that_refused_more_is_the_limit_and_when_one_more_is_tried(paper):
    paper.begin(90 * MIB)
    for transfer_id in sorted(paper.live)[4:]:
        paper.break_off(transfer_id, Kind.THROTTLED, status=503)
    let_flow(paper, 0.5)
    cause = only(paper, Word.ORIGIN_LIMIT)

    assert cause.sentence == (
        f"{ORIGIN} refused more than 4 requests at once (503, 1 s ago); one more is tried in 1 s"
    )
    assert cause.until_s == 0.5


def test_the_own_limit_of_a_job_is_named_when_it_is_used_up(paper):
    paper.begin(90 * MIB, spec={"max_bytes_per_sec": MIB})
    for _ in range(4):
        let_flow(paper)

    assert words(paper)[0] is Word.USER_LIMIT
    assert causes(paper)[0].sentence == (
        "your limit for this job, 1M a second, is used up; `ddm limit off 1` takes it off"
    )


def test_the_limit_of_all_jobs_holds_back_those_that_have_their_share_and_no_other(make_paper):
    paper = make_paper(max_bytes_per_sec=MIB, max_segments=2)
    paper.begin(90 * MIB, 1)
    paper.begin(90 * MIB, 2, url=OTHER)
    fast = sorted(paper.live)[:2]
    for second in range(1, 5):
        paper.now += 1
        paper.bytes(fast[0], second * MIB - 1)

    assert words(paper, 1)[0] is Word.USER_LIMIT
    assert "used up, by 2 jobs; `ddm limit off` takes it off" in causes(paper, 1)[0].sentence
    assert Word.USER_LIMIT not in words(paper, 2)


def test_a_limit_that_is_not_reached_holds_nobody_back(make_paper):
    paper = make_paper(max_bytes_per_sec=900 * MIB)
    paper.begin(90 * MIB, spec={"max_bytes_per_sec": 900 * MIB})
    let_flow(paper)

    assert Word.USER_LIMIT not in words(paper)


def test_a_server_without_ranges_gets_one_connection(paper):
    paper.offer()
    paper.head(size=90 * MIB, partial=False)
    paper.bytes(1, MIB)

    assert "sends no ranges" in only(paper, Word.NO_RANGES).sentence


def test_a_degraded_job_says_what_was_given_up_for_it(paper):
    paper.begin(90 * MIB)
    paper.break_off(2, Kind.RANGE_WRONG, message="the server sent another range")

    assert "8 connections at most: the server sent another range" in [
        cause.sentence for cause in causes(paper) if cause.word is Word.DEGRADED
    ]


def test_a_small_file_is_not_worth_more_connections(paper):
    paper.begin(6 * MIB)
    let_flow(paper)
    cause = only(paper, Word.FEW_CONNECTIONS)

    assert cause.sentence == "it is too small for more than 5 requests at once: 6.0 MiB"


def test_a_tiny_file_is_worth_one(paper):
    paper.begin(200 << 10)

    assert only(paper, Word.ONE_CONNECTION)


def test_the_last_piece_comes_over_one_connection(paper):
    paper.begin(90 * MIB)
    while len(paper.live) > 1:
        paper.end(max(paper.live))
    cause = only(paper, Word.ONE_CONNECTION)

    assert cause.sentence == "all that is missing is on its way, with 1 request"


def test_one_connection_may_be_what_was_asked_for(make_paper):
    paper = make_paper()
    paper.begin(90 * MIB, max_segments=1)
    let_flow(paper)

    assert "(`max_segments`)" in only(paper, Word.ONE_CONNECTION).sentence


def test_with_all_that_it_may_have_the_way_from_the_origin_decides(paper):
    paper.begin(900 * MIB)
    let_flow(paper)
    cause = only(paper, Word.SLOW_ORIGIN)

    assert cause.sentence.startswith("16 requests at once is all it may have (`max_segments`)")
    assert f"the way from {ORIGIN} brings 1.0 MiB/s over them" in cause.sentence


def test_before_a_byte_came_nothing_holds_it_back(paper):
    paper.begin(900 * MIB)

    only(paper, Word.NOTHING)


def test_a_server_that_says_nothing_is_named(paper):
    paper.begin(900 * MIB)
    paper.now += 12
    cause = causes(paper)[0]

    assert cause.word is Word.SILENT
    assert f"no byte came from {ORIGIN} for 12 s" in cause.sentence
    assert "stays so for 1 min 00 s is given up" in cause.sentence


def test_ranges_that_wait_for_their_next_try_are_a_cause_beside_others(paper):
    paper.begin(90 * MIB)
    paper.bytes(3, paper.positions[3] + 1)
    paper.break_off(3, Kind.BROKEN, message="the connection was reset")

    assert Word.RETRY in words(paper)


def test_a_piece_that_is_asked_for_alone_says_why(paper):
    paper.begin(90 * MIB)
    paper.bytes(1, 128 << 10)
    paper.answers[commands.CancelTransfer] = lambda _: None
    paper.break_off(2, Kind.NOT_ALLOWED, status=403, message="the server answered 403")

    assert any("asked for alone" in cause.sentence for cause in causes(paper))


def test_a_whole_file_says_what_is_left_to_do(paper):
    paper.answers[commands.SyncFile] = lambda _: None
    paper.begin(200 << 10, 1, spec={"checksums": (Checksum("md5", "0" * 32),)})
    paper.begin(200 << 10, 2, url=OTHER)
    for transfer_id in list(paper.live):
        paper.end(transfer_id, 200 << 10)

    only(paper, Word.VERIFYING, 1)
    only(paper, Word.FINISHING, 2)


@pytest.mark.parametrize(
    ("wanted", "word"), [(Wanted.PAUSE, Word.PAUSED), (Wanted.REMOVE, Word.LEAVING)]
)
def test_a_job_on_its_way_out_says_so(paper, wanted, word):
    paper.begin(90 * MIB)
    paper.answers[commands.CancelTransfer] = lambda _: None
    paper.play(events.WishChanged(1, wanted))

    only(paper, word)


def test_a_job_that_begins_again_says_why(paper):
    paper.begin(90 * MIB)
    paper.bytes(2, paper.positions[2] + MIB)
    paper.answers[commands.CancelTransfer] = lambda _: None
    for etag in ('"2"', '"3"'):
        paper.break_off(max(paper.live), Kind.CHANGED, other_etag=etag, message="another ETag")

    assert only(paper, Word.DEGRADED).sentence == (
        "it is begun again once its requests have ended: another ETag"
    )


def test_the_story_comes_only_when_it_is_asked_for(paper):
    paper.begin(90 * MIB)

    assert paper.engine.explain(1, paper.now).story == ()
    assert paper.engine.explain(1, paper.now + 5, story=True).story[0].ago_s == 5.0
