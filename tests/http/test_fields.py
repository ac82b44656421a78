import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.byteranges import ByteRange
from ddm.errors import UsageError
from ddm.http.fields import (
    ContentRange,
    Unsatisfied,
    as_text,
    check_field,
    is_date,
    parse_content_length,
    parse_content_range,
    parse_retry_after,
    range_field,
)

# 2026-01-01T00:00:00Z.
NOW_S = 1_767_225_600.0


def test_range_is_inclusive_on_the_wire():
    assert range_field(ByteRange(0, 10)) == "bytes=0-9"


def test_an_empty_range_cannot_be_asked_for():
    with pytest.raises(ValueError, match="empty"):
        range_field(ByteRange(3, 3))


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        ("bytes 0-9/10", ContentRange(0, 10, 10)),
        ("Bytes 5-5/123", ContentRange(5, 6, 123)),
        ("bytes 0-9/*", ContentRange(0, 10, None)),
        ("bytes */123", Unsatisfied(123)),
        ("bytes */0", Unsatisfied(0)),
        ("bytes */*", Unsatisfied(None)),
        ("bytes 9-0/10", None),
        ("bytes 0-10/10", None),
        ("bytes 0-9", None),
        ("bytes=0-9/10", None),
        ("bytes  0-9/10", None),
        ("bytes 0-9/10 ", None),
        ("bytes -1-9/10", None),
        ("bytes +0-9/10", None),
        ("bytes \u0660-\u0669/10", None),
        ("bytes 0-9/" + "9" * 19, None),
        ("items 0-9/10", None),
        ("", None),
    ],
)
def test_content_range_is_parsed_strictly(value, parsed):
    assert parse_content_range(value) == parsed


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.integers(0, 10**12))
@settings(max_examples=100)
def test_a_content_range_is_read_as_it_was_written(start, length, rest):
    stop = start + length
    wire = f"{range_field(ByteRange(start, stop)).replace('=', ' ')}/{stop + rest}"

    assert parse_content_range(wire) == ContentRange(start, stop, stop + rest)


@given(st.text(max_size=30) | st.text(st.sampled_from("bytes 0123456789-/*"), max_size=30))
@settings(max_examples=200)
def test_a_content_range_is_sound_or_nothing(value):
    found = parse_content_range(value)

    assert not isinstance(found, ContentRange) or (
        0 <= found.start < found.stop <= (found.complete_length or math.inf)
    )


@pytest.mark.parametrize(
    ("values", "length"),
    [
        ((), None),
        (("0",), 0),
        (("42",), 42),
        (("42", "42"), 42),
        (("42, 42",), 42),
        (("9" * 18,), 10**18 - 1),
    ],
)
def test_content_lengths_that_agree_are_one(values, length):
    assert parse_content_length(values) == length


@pytest.mark.parametrize(
    "values",
    [("",), ("-1",), ("+1",), ("1.0",), ("0x10",), ("1", "2"), ("1, 2",), ("9" * 19,), ("²",)],
)
def test_a_content_length_that_makes_no_sense_raises(values):
    with pytest.raises(ValueError, match="Content-Length"):
        parse_content_length(values)


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("9" * 400, 1e9),
        ("Thu, 01 Jan 2026 00:02:00 GMT", 120.0),
        ("Thursday, 01-Jan-26 00:02:00 GMT", 120.0),
        ("Thu Jan  1 00:02:00 2026", 120.0),
        ("Wed, 31 Dec 2025 23:59:60 GMT", 0.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 1e9),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, wait_s):
    assert parse_retry_after(value, wall_s=NOW_S) == wait_s


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-1",
        "1.5",
        "soon",
        "²",
        "Thu, 32 Jan 2026 00:00:00 GMT",
        "Thu, 01 Foo 2026 00:00:00 GMT",
        "Thu, 01 Jan 2026 0:0:0:0: GMT",
        "Thu, 01 Jan 0000 00:00:00 GMT",
        "Thu, 01 Jan 2026 00:02:00 CET",
    ],
)
def test_a_retry_after_that_makes_no_sense_is_none(value):
    assert parse_retry_after(value, wall_s=NOW_S) is None


@given(
    st.text(max_size=40)
    | st.from_regex(r"[A-Z][a-z]{2}, [0-9]{2} (Jan|Feb|Xyz) [0-9]{4} [0-9:]{8} GMT", fullmatch=True)
)
@settings(max_examples=200)
def test_retry_after_never_raises_and_is_never_negative(value):
    wait_s = parse_retry_after(value, wall_s=NOW_S)

    assert wait_s is None or 0 <= wait_s <= 1e9


@pytest.mark.parametrize("value", ["", "a b\tc", "ü", "k=v; x"])
def test_a_good_field_is_let_through(value):
    check_field("X-Api-Key", value)


@pytest.mark.parametrize("name", ["", "a b", "a:", ":path", "a\r\n", "ü"])
def test_a_field_name_that_is_no_token_is_refused(name):
    with pytest.raises(UsageError, match="no name for a header"):
        check_field(name, "v")


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\x00b", "\x1b", "\udc80"])
def test_a_field_value_that_would_end_the_line_is_refused_without_showing_it(value):
    with pytest.raises(UsageError) as caught:
        check_field("X-Key", f"secret{value}")

    assert "X-Key" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_field_is_utf_8_where_its_bytes_are():
    assert as_text("ü".encode().decode("latin-1")) == "ü"
    assert as_text("ü") == "ü"
    assert as_text("文") == "文"


@pytest.mark.parametrize(
    "value",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_a_date_has_one_of_three_forms(value):
    assert is_date(value)
    assert not is_date(f"{value} ")
    assert not is_date(f"{value}\r\nX-A: 1")


@pytest.mark.parametrize("value", ["", "0", "-1", "1994-11-06", "Sun, 06 Nov 1994 08:49:37 +0100"])
def test_nothing_else_is_a_date(value):
    assert not is_date(value)
