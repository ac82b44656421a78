import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.byteranges import ByteRange
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.head import Head
from ddm.http.representation import Representation
from ddm.http.response import Ask, Expectation, Reject, judge

MONDAY = "Mon, 05 Jan 2026 00:00:00 GMT"
SUNDAY = "Sun, 04 Jan 2026 00:00:00 GMT"

BY_ETAG = Representation(100, '"a"', MONDAY)
BY_WEAK_ETAG = Representation(100, 'W/"a"', MONDAY)
BY_DATE = Representation(100, None, MONDAY)

SAME = Failure(Kind.NOT_MODIFIED, "the server still has the same file (304)", Exit.OK, 304)


def _judge(unless, status=304, **fields):
    named = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    expectation = Expectation(ByteRange(0, 50), ask=True, unless=unless)
    return judge(expectation, Head(status, named), wall_s=0.0)


@pytest.mark.parametrize(
    ("unless", "fields"),
    [
        (BY_ETAG, {}),
        (BY_ETAG, {"etag": '"a"'}),
        (BY_ETAG, {"etag": 'W/"a"'}),
        (BY_ETAG, {"etag": "b"}),
        (BY_ETAG, {"last_modified": SUNDAY}),
        (BY_WEAK_ETAG, {"etag": 'W/"a"', "last_modified": SUNDAY}),
        (BY_WEAK_ETAG, {"etag": '"a"'}),
        (BY_DATE, {}),
        (BY_DATE, {"last_modified": MONDAY}),
        (BY_DATE, {"etag": '"new"', "last_modified": MONDAY}),
        (BY_DATE, {"content_length": "0", "content_encoding": "gzip"}),
    ],
)
def test_a_304_that_was_asked_for_says_that_the_file_is_the_same(unless, fields):
    assert _judge(unless, **fields) == Reject(SAME)


@pytest.mark.parametrize(
    ("unless", "etag"), [(BY_ETAG, '"b"'), (BY_ETAG, 'W/"b"'), (BY_WEAK_ETAG, '"b"')]
)
def test_a_304_with_another_etag_than_was_asked_about_contradicts_itself(unless, etag):
    verdict = _judge(unless, etag=etag)

    message = (
        "the server says that it still has the same file (304), "
        f"but its ETag changed from {unless.etag} to {etag}"
    )
    assert verdict == Reject(Failure(Kind.BAD_RESPONSE, message, Exit.BAD_RESPONSE, 304))


def test_a_304_with_another_date_than_was_asked_about_is_an_older_file_put_in_its_place():
    failure = _judge(BY_DATE, last_modified=SUNDAY).failure

    assert (failure.kind, failure.code, failure.status) == (Kind.CHANGED, Exit.CHANGED, 304)
    assert failure.message.endswith(f"its Last-Modified changed from {MONDAY} to {SUNDAY}")


@pytest.mark.parametrize("unless", [None, Representation(100), Representation(100, "a", "today")])
def test_a_304_that_nobody_asked_for_makes_no_sense(unless):
    failure = _judge(unless, etag='"a"').failure

    assert failure.kind is Kind.BAD_RESPONSE
    assert failure.message == "the server answered 304 Not Modified, which makes no sense here"


@pytest.mark.parametrize(
    ("status", "fields", "stop"),
    [
        (200, {"content_length": "100"}, 100),
        (206, {"content_range": "bytes 0-49/100"}, 50),
    ],
)
def test_a_server_that_sends_the_file_all_the_same_is_looked_at_by_the_engine(status, fields, stop):
    verdict = _judge(BY_ETAG, status, etag='"b"', **fields)

    assert verdict == Ask(Representation(100, '"b"'), 0, stop, partial=status == 206)
    assert BY_ETAG.difference(verdict.representation) == 'its ETag changed from "a" to "b"'


@pytest.mark.parametrize(("status", "kind"), [(302, Kind.REDIRECTED), (412, Kind.REFUSED)])
def test_any_other_status_means_what_it_always_means(status, kind):
    assert _judge(BY_ETAG, status, location="/x").failure.kind is kind


values = st.sampled_from(['"a"', 'W/"a"', '"b"', MONDAY, SUNDAY]) | st.text(max_size=12)
fields = st.lists(st.tuples(st.sampled_from(["etag", "last-modified", "date"]), values))
validators = st.none() | values


@given(validators, validators, st.booleans(), fields)
@settings(max_examples=200)
def test_only_a_304_to_a_condition_is_ever_the_same_file(etag, date, asked, came):
    known = Representation(100, etag, date)
    expectation = Expectation(None, known, ask=True, unless=known if asked else None)

    failure = judge(expectation, Head(304, tuple(came)), wall_s=0.0).failure

    allowed = {Kind.NOT_MODIFIED, Kind.CHANGED, Kind.BAD_RESPONSE}
    assert failure.kind in (allowed if asked and known.conditional else {Kind.BAD_RESPONSE})
    assert (failure.code is Exit.OK) == (failure.kind is Kind.NOT_MODIFIED)
