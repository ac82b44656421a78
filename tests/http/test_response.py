import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ddm.byteranges import ByteRange
from ddm.errors import Exit
from ddm.failures import Kind
from ddm.http.head import Head
from ddm.http.representation import Representation
from ddm.http.response import Accept, Ask, Expectation, Reject, judge
from ddm.spec import Checksum

MONDAY = "Mon, 05 Jan 2026 00:00:00 GMT"
TUESDAY = "Tue, 06 Jan 2026 00:00:00 GMT"

FILE = Representation(100, '"a"', MONDAY)
PROBE = Expectation(ByteRange(0, 50), ask=True)
PIECE = Expectation(ByteRange(10, 20), FILE)
WHOLE = Expectation(None, FILE)

GOOD_PIECE = {"content-range": "bytes 10-19/100", "content-length": "10", "etag": '"a"'}


def _judge(expectation, status, *pairs, **fields):
    named = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    return judge(expectation, Head(status, (*pairs, *named)), wall_s=0.0)


def _kind(verdict):
    return verdict.failure.kind if isinstance(verdict, Reject) else verdict


def test_a_206_of_the_asked_range_is_accepted():
    assert _judge(PIECE, 206, *GOOD_PIECE.items()) == Accept(10, 20)


def test_a_206_may_leave_out_everything_but_its_content_range():
    assert _judge(PIECE, 206, content_range="bytes 10-19/100") == Accept(10, 20)


def test_a_206_that_ends_with_the_file_is_accepted():
    expectation = Expectation(ByteRange(90, 120), FILE)

    assert _judge(expectation, 206, content_range="bytes 90-99/100") == Accept(90, 100)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"content-range": "bytes 11-19/100"}, Kind.RANGE_WRONG),
        ({"content-range": "bytes 0-19/100"}, Kind.RANGE_WRONG),
        ({"content-range": "bytes 10-18/100"}, Kind.RANGE_WRONG),
        ({"content-range": "bytes 10-20/100"}, Kind.RANGE_WRONG),
        ({"content-range": "bytes 10-19/*"}, Kind.RANGE_WRONG),
        ({"content-range": "bytes */100"}, Kind.RANGE_WRONG),
        ({"content-range": "nonsense"}, Kind.RANGE_WRONG),
        ({"content-type": "Multipart/Byteranges; boundary=x"}, Kind.RANGE_WRONG),
        ({"content-length": "11"}, Kind.RANGE_WRONG),
        ({"content-length": "-10"}, Kind.BAD_RESPONSE),
        ({"content-length": "10, 11"}, Kind.BAD_RESPONSE),
        ({"content-encoding": "gzip"}, Kind.CODED),
        ({"content-range": "bytes 10-19/101"}, Kind.CHANGED),
        ({"etag": '"b"'}, Kind.CHANGED),
        ({"etag": 'W/"a"', "last-modified": TUESDAY}, Kind.CHANGED),
        ({"content-encoding": "gzip", "etag": '"b"'}, Kind.CODED),
    ],
)
def test_a_206_that_differs_in_one_thing_is_rejected(change, kind):
    assert _kind(_judge(PIECE, 206, *(GOOD_PIECE | change).items())) is kind


@pytest.mark.parametrize(
    "change",
    [
        {"etag": 'W/"b"'},
        {"last-modified": TUESDAY},
        {"content-encoding": "Identity"},
        {"transfer-encoding": "chunked", "content-length": "7"},
        {"content-type": "text/html"},
    ],
)
def test_a_206_that_differs_in_what_does_not_matter_is_accepted(change):
    assert _judge(PIECE, 206, *(GOOD_PIECE | change).items()) == Accept(10, 20)


def test_a_206_with_none_or_two_content_ranges_is_rejected():
    field = ("content-range", "bytes 10-19/100")

    assert _kind(_judge(PIECE, 206)) is Kind.RANGE_WRONG
    assert _kind(_judge(PIECE, 206, field, field)) is Kind.RANGE_WRONG


def test_a_206_that_was_not_asked_for_is_rejected():
    assert _kind(_judge(WHOLE, 206, content_range="bytes 0-99/100")) is Kind.RANGE_WRONG


def test_a_206_that_leaves_out_the_coding_is_believed_for_its_strong_etag_alone():
    coded = replace(PIECE, representation=replace(FILE, content_coding="gzip"))

    assert _judge(coded, 206, content_range="bytes 10-19/100", etag='"a"') == Accept(10, 20)
    assert _kind(_judge(coded, 206, content_range="bytes 10-19/100")) is Kind.CODED


def test_a_probe_that_is_answered_with_206_asks():
    verdict = _judge(
        PROBE,
        206,
        content_range="bytes 0-49/100",
        etag='"a"',
        last_modified=MONDAY,
        content_encoding="GZIP",
        content_disposition="attachment",
    )

    assert verdict == Ask(
        replace(FILE, content_coding="gzip"), 0, 50, partial=True, content_disposition="attachment"
    )


def test_a_probe_of_a_file_that_was_begun_notices_that_it_changed():
    again = replace(PROBE, representation=FILE)

    assert _kind(_judge(again, 206, content_range="bytes 0-49/99")) is Kind.CHANGED


def test_a_probe_that_is_answered_with_200_asks_about_all_of_it_even_if_it_changed():
    again = replace(PROBE, representation=FILE)
    asked = Ask(Representation(7, '"b"'), 0, 7, partial=False)

    assert _judge(PROBE, 200, content_length="7", etag='"b"') == asked
    assert _judge(again, 200, content_length="7", etag='"b"') == asked


def test_a_probe_of_a_file_without_a_length_asks_about_an_open_end():
    for_all = Ask(Representation(None), 0, None, partial=False)

    assert _judge(PROBE, 200) == for_all
    assert _judge(PROBE, 200, transfer_encoding="chunked", content_length="7") == for_all


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, Kind.RANGE_IGNORED),
        ({"content_length": "100", "etag": '"a"'}, Kind.RANGE_IGNORED),
        ({"content_length": "100", "last_modified": TUESDAY}, Kind.RANGE_IGNORED),
        ({"content_length": "60", "content_encoding": "gzip"}, Kind.RANGE_IGNORED),
        ({"content_length": "99"}, Kind.RANGE_IGNORED),
        ({"content_length": "100", "etag": '"b"'}, Kind.CHANGED),
        ({"content_length": "x"}, Kind.BAD_RESPONSE),
    ],
)
def test_a_200_to_a_range_request_is_rejected(fields, kind):
    assert _kind(_judge(PIECE, 200, **fields)) is kind


def test_a_200_to_a_range_request_of_an_unknown_file_is_a_server_without_ranges():
    verdict = _judge(Expectation(ByteRange(0, 5)), 200, content_length="99")

    assert _kind(verdict) is Kind.RANGE_IGNORED


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"content_length": "100"}, Accept(0, 100)),
        ({}, Accept(0, None)),
        ({"transfer_encoding": "chunked", "content_length": "7"}, Accept(0, None)),
        ({"content_length": "99"}, Kind.CHANGED),
        ({"last_modified": TUESDAY}, Kind.CHANGED),
        ({"content_encoding": "gzip", "content_length": "60"}, Kind.CODED),
    ],
)
def test_a_200_to_a_plain_request_is_the_whole_file_if_it_is_the_same(fields, verdict):
    assert _kind(_judge(WHOLE, 200, **fields)) == verdict


def test_a_200_without_the_coding_that_was_begun_is_rejected_whatever_its_etag():
    coded = Expectation(None, replace(FILE, content_coding="gzip"))

    assert _kind(_judge(coded, 200, etag='"a"')) is Kind.CODED


def test_a_416_of_an_empty_file_is_an_empty_file_for_the_probe():
    verdict = _judge(PROBE, 416, content_range="bytes */0", etag='"a"')

    assert verdict == Ask(Representation(0, '"a"'), 0, 0, partial=True)


def test_a_coding_or_a_digest_of_a_416_is_that_of_an_error_page():
    page = {"content_encoding": "gzip", "digest": "MD5=AAAAAAAAAAAAAAAAAAAAAA=="}

    verdict = _judge(PROBE, 416, content_range="bytes */0", **page)

    assert verdict == Ask(Representation(0), 0, 0, partial=True)


@pytest.mark.parametrize(("status", "content_range"), [(200, ""), (206, "bytes 0-49/100")])
def test_a_probe_brings_the_digests_that_the_server_vouches_for(status, content_range):
    field = ("repr-digest", f"sha-256=:{'A' * 43}=:, sha-512=:AAAA:")

    verdict = _judge(PROBE, status, field, content_range=content_range)

    assert verdict.digests == (Checksum("sha-256", "00" * 32),)


@pytest.mark.parametrize(
    ("expectation", "content_range", "kind"),
    [
        (PROBE, "bytes */100", Kind.RANGE_WRONG),
        (PROBE, "bytes */*", Kind.RANGE_WRONG),
        (PROBE, "", Kind.RANGE_WRONG),
        (PIECE, "bytes */100", Kind.RANGE_WRONG),
        (PIECE, "bytes */5", Kind.CHANGED),
        (replace(PROBE, representation=FILE), "bytes */0", Kind.CHANGED),
        (Expectation(ByteRange(0, 5)), "bytes */0", Kind.RANGE_WRONG),
        (Expectation(None, ask=True), "bytes */0", Kind.RANGE_WRONG),
    ],
)
def test_any_other_416_is_rejected(expectation, content_range, kind):
    assert _kind(_judge(expectation, 416, content_range=content_range)) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (204, Kind.BAD_RESPONSE),
        (302, Kind.REDIRECTED),
        (304, Kind.BAD_RESPONSE),
        (404, Kind.NOT_FOUND),
        (503, Kind.THROTTLED),
    ],
)
def test_any_other_status_is_rejected_for_a_probe_too(status, kind):
    assert _kind(_judge(PROBE, status, location="/x")) is kind
    assert _kind(_judge(PIECE, status, location="/x")) is kind


def test_a_change_says_what_changed_and_has_its_own_exit_status():
    failure = _judge(PIECE, 206, *(GOOD_PIECE | {"etag": '"b"'}).items()).failure

    assert failure.message == (
        "the file on the server is no longer the one that was begun: "
        'its ETag changed from "a" to "b"'
    )
    assert (failure.code, failure.status) == (Exit.CHANGED, 206)


def test_what_the_server_wrote_is_shown_without_control_characters():
    failure = _judge(PIECE, 206, content_range="\x1b[2J").failure

    assert "\\x1b[2J" in failure.message


names = st.sampled_from(
    ["content-range", "content-length", "content-type", "content-encoding", "transfer-encoding"]
) | st.sampled_from(
    ["content-disposition", "etag", "last-modified", "location", "retry-after", "repr-digest"]
)
values = st.sampled_from(
    ["bytes 10-19/100", "bytes 0-9/100", "bytes */0", "10", "100", '"a"', '"b"', "gzip", "chunked"]
)


@given(
    st.sampled_from([PROBE, PIECE, WHOLE, Expectation(ByteRange(10, 20))]),
    st.sampled_from([200, 206, 302, 404, 416, 503]) | st.integers(0, 999),
    st.lists(st.tuples(names | st.text(max_size=9), values | st.text(max_size=30))),
    st.floats(0, 4e9),
)
@settings(max_examples=200)
def test_no_head_makes_it_raise_and_only_the_asked_bytes_are_ever_accepted(
    expectation, status, fields, wall_s
):
    verdict = judge(expectation, Head(status, tuple(fields)), wall_s=wall_s)

    assert isinstance(verdict, Ask) <= expectation.ask
    accepted = {Accept(10, 20)} if expectation.range else {Accept(0, 100), Accept(0, None)}
    assert not isinstance(verdict, Accept) or verdict in accepted
