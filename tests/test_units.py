import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddm.units import format_bytes, parse_bytes


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
