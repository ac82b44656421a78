import random

import pytest

from ddm.http.digests import repr_digests
from ddm.http.request import Request
from ddm.testing.body import Body, Version
from ddm.testing.reply import Ending
from ddm.testing.served import ServedFile, Traits
from ddm.testing.trouble import Temper, Trouble

SIZE = 100_000
OLD = Version(Body("old", SIZE), '"old"', None)
NEW = Version(Body("new", SIZE), '"new"', None)


def ask(file, *headers, now=0.0):
    request = Request("http://a.test/f", headers)
    return file.answer(request, random.Random(1), now=now, wall_s=1_800_000_000.0)


def troubled(trouble, *headers):
    return ask(ServedFile([(0.0, OLD)], temper=Temper(script=(trouble,))), *headers)


def test_a_range_is_answered_with_its_bytes():
    reply = ask(ServedFile([(0.0, OLD)]), ("Range", "bytes=10-19"))

    assert (reply.head.status, reply.start, reply.stop) == (206, 10, 20)
    assert reply.head.get("content-range") == f"bytes 10-19/{SIZE}"


def test_a_server_without_ranges_sends_everything():
    reply = ask(ServedFile([(0.0, OLD)], Traits(ranges=False)), ("Range", "bytes=10-19"))

    assert (reply.head.status, reply.start, reply.stop) == (200, 0, SIZE)


@pytest.mark.parametrize(
    ("habit", "etag", "status"),
    [
        ("honest", '"old"', 206),
        ("honest", '"other"', 200),
        ("ignored", '"other"', 206),
        ("everything", '"old"', 200),
    ],
)
def test_if_range_is_answered_by_habit(habit, etag, status):
    file = ServedFile([(0.0, OLD)], Traits(if_range=habit))

    assert ask(file, ("Range", "bytes=10-19"), ("If-Range", etag)).head.status == status


def test_a_file_changes_in_time():
    file = ServedFile([(0.0, OLD), (5.0, NEW)])

    assert ask(file, now=4.9).head.get("etag") == '"old"'
    assert ask(file, now=5.0).head.get("etag") == '"new"'


def test_an_empty_file_has_no_range():
    empty = Version(Body("empty", 0), None, None)
    field = ("Range", "bytes=0-9")

    assert ask(ServedFile([(0.0, empty)]), field).head.get("content-range") == "bytes */0"
    polite = ServedFile([(0.0, empty)], Traits(empty_is_416=False))
    assert ask(polite, field).head.get("content-length") == "0"


def test_a_file_that_is_gone_stays_gone():
    assert ask(ServedFile([(0.0, OLD)], Traits(status=410))).head.status == 410


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (Trouble.NOT_FOUND, 404),
        (Trouble.FORBIDDEN, 403),
        (Trouble.SERVER_ERROR, 500),
        (Trouble.BUSY, 503),
        (Trouble.THROTTLED, 429),
        (Trouble.UNSATISFIABLE, 416),
        (Trouble.RANGE_IGNORED, 200),
    ],
)
def test_some_troubles_are_a_status(trouble, status):
    assert troubled(trouble, ("Range", "bytes=10-19")).head.status == status


@pytest.mark.parametrize(
    ("trouble", "ending"),
    [(Trouble.RESET_EARLY, Ending.RESET), (Trouble.STALL_HEAD, Ending.SILENCE)],
)
def test_some_troubles_leave_no_head(trouble, ending):
    reply = troubled(trouble)

    assert (reply.head, reply.ending) == (None, ending)


@pytest.mark.parametrize(
    ("trouble", "ending"),
    [
        (Trouble.RESET_BODY, Ending.RESET),
        (Trouble.STALL_BODY, Ending.SILENCE),
        (Trouble.SHORT, Ending.WHOLE),
    ],
)
def test_some_troubles_cut_the_body(trouble, ending):
    reply = troubled(trouble)

    assert reply.ending is ending
    assert reply.stop < reply.announced_stop == SIZE


def test_a_body_may_go_on_too_long():
    assert troubled(Trouble.LONG, ("Range", "bytes=10-19")).stop > 20


@pytest.mark.parametrize(
    "trouble", [Trouble.START_WRONG, Trouble.STOP_WRONG, Trouble.TOTAL_WRONG, Trouble.MULTIPART]
)
def test_some_troubles_say_another_range(trouble):
    reply = troubled(trouble, ("Range", "bytes=10-19"))

    assert reply.head.status == 206
    assert reply.head.get("content-range") != f"bytes 10-19/{SIZE}"


def test_validators_and_coding_are_fields_too():
    assert troubled(Trouble.NO_VALIDATOR).head.get("etag") is None
    assert troubled(Trouble.CODED).head.get("content-encoding") == "gzip"


def test_retry_after_comes_as_seconds_and_as_a_date():
    assert troubled(Trouble.BUSY_S).head.get("retry-after") == "3"
    assert troubled(Trouble.BUSY_DATE).head.get("retry-after").endswith(" GMT")


def test_some_hang_up_after_so_many_bytes_until_calm_comes():
    file = ServedFile([(0.0, OLD)], Traits(hangs_up_bytes=7), Temper(calm_s=5.0))

    hasty, calm = ask(file, ("Range", "bytes=10-19")), ask(file, ("Range", "bytes=10-19"), now=5.0)

    assert (hasty.start, hasty.stop, hasty.ending) == (10, 17, Ending.RESET)
    assert (calm.stop, calm.ending) == (20, Ending.WHOLE)


def test_what_fits_is_sent_before_it_hangs_up():
    file = ServedFile([(0.0, OLD)], Traits(hangs_up_bytes=10), Temper(calm_s=5.0))

    assert ask(file, ("Range", "bytes=10-19")).ending is Ending.WHOLE


@pytest.mark.parametrize(("worth", "right"), [("right", True), ("wrong", False)])
def test_a_digest_is_of_the_whole_file_whatever_the_range(worth, right):
    file = ServedFile([(0.0, OLD)], Traits(digest=worth))

    (found,) = repr_digests(ask(file, ("Range", "bytes=10-19")).head)

    assert (found.hex == OLD.body.sha256.hex()) is right


def test_a_drip_and_a_flipped_bit_are_no_matter_of_the_head():
    assert troubled(Trouble.DRIP).speed_bps < 1024
    assert troubled(Trouble.FLIP).flips
    assert not troubled(None).flips
