import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddm.units import duration, format_bytes, parse_bytes, size, span, speed

MIB = 1 << 20


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("262144", 262144),
        ("256K", 262144),
        ("256k", 262144),
        ("5M", 5 * 1024**2),
        ("5MiB", 5 * 1024**2),
        ("1G", 1024**3),
        ("2T", 2 * 1024**4),
    ],
)
def test_multiples_are_binary(text, count):
    assert parse_bytes(text) == count


@pytest.mark.parametrize(
    "text", ["", "M", "-1", "1.5M", "5MB", "5iB", "5 M", "1e3", "0x10", "1_000", "٣", "1K\n"]
)
def test_what_is_no_number_of_bytes_is_refused(text):
    with pytest.raises(ValueError, match="not a number of bytes"):
        parse_bytes(text)


def test_a_number_past_every_bound_is_refused_unread():
    with pytest.raises(ValueError, match="not a number of bytes"):
        parse_bytes("9" * 19)


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (1, "1"), (1023, "1023"), (1024, "1K"), (1536, "1536")]
)
def test_a_number_is_written_as_short_as_it_can_be_without_loss(count, text):
    assert format_bytes(count) == text


@given(st.integers(0, 2**59))
def test_what_is_written_reads_as_the_same_number(count):
    assert parse_bytes(format_bytes(count)) == count


@pytest.mark.parametrize(
    ("amount_bytes", "text"),
    [
        (0, "0 MiB"),
        (1, "<0.1 MiB"),
        (MIB // 2, "0.5 MiB"),
        (MIB, "1.0 MiB"),
        (2 * MIB, "2.0 MiB"),
        (int(99.99 * MIB), "99.9 MiB"),
        (100 * MIB, "100 MiB"),
        (int(88.19 * MIB), "88.1 MiB"),
        (int(511.99 * MIB), "511 MiB"),
        (10_240 * MIB, "10240 MiB"),
    ],
)
def test_a_size_is_in_mib_rounded_down_and_has_one_decimal_below_a_hundred(amount_bytes, text):
    assert size(amount_bytes) == text


def test_a_speed_is_in_mib_per_second():
    assert speed(88.1 * MIB) == "88.1 MiB/s"


@pytest.mark.parametrize(
    ("span_s", "text"), [(0.0012, "1.2 ms"), (0.0801, "80 ms"), (0.999, "999 ms"), (2.34, "2.3 s")]
)
def test_a_short_time_is_in_milliseconds_until_it_is_not_short(span_s, text):
    assert span(span_s) == text


@pytest.mark.parametrize(
    ("span_s", "text"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (3.2, "4 s"),
        (60, "1 min 00 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 05 min"),
        (3 * 86400 + 4 * 3600, "3 d 4 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(span_s, text):
    assert duration(span_s) == text
