import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.fields import check_field
from ddm.http.representation import BEGIN_AGAIN, FETCH_NEW, Representation, changed

MONDAY = "Mon, 05 Jan 2026 00:00:00 GMT"
TUESDAY = "Tue, 06 Jan 2026 00:00:00 GMT"

representations = st.builds(
    Representation,
    st.none() | st.integers(0, 3),
    st.none() | st.sampled_from(['"a"', '"b"', 'W/"a"', 'W/"b"', "a", ""]),
    st.none() | st.sampled_from([MONDAY, TUESDAY]),
    st.none() | st.sampled_from(["gzip", "br"]),
)


@pytest.mark.parametrize("etag", ['"a"', '"W/a"', '"!#~"', '"a,b"'])
def test_a_quoted_etag_is_strong(etag):
    assert Representation(None, etag).strong_etag == etag
    assert Representation(None, etag).if_range == etag
    assert Representation(None, etag).resumable


@pytest.mark.parametrize("etag", [None, "", 'W/"a"', "a", '""', '"a', '"a", "b"', '"a b"', '"ü"'])
def test_any_other_etag_vouches_for_nothing(etag):
    assert Representation(7, etag).strong_etag is None
    assert Representation(7, etag).if_range is None
    assert not Representation(7, etag).resumable


def test_last_modified_and_a_size_together_allow_to_resume_but_not_if_range():
    assert Representation(7, None, MONDAY).resumable
    assert not Representation(None, None, MONDAY).resumable
    assert Representation(7, None, MONDAY).if_range is None


@pytest.mark.parametrize(
    ("begun", "found", "difference"),
    [
        (
            Representation(7, '"a"'),
            Representation(7, '"b"'),
            'its ETag changed from "a" to "b"',
        ),
        (Representation(7), Representation(8), "its length changed from 7 to 8 bytes"),
        (Representation(7), Representation(0), "its length changed from 7 to 0 bytes"),
        (
            Representation(7, '"a"'),
            Representation(8, '"a"'),
            "its length changed from 7 to 8 bytes",
        ),
        (
            Representation(7, None, MONDAY),
            Representation(7, None, TUESDAY),
            f"its Last-Modified changed from {MONDAY} to {TUESDAY}",
        ),
        (
            Representation(7, 'W/"a"', MONDAY),
            Representation(7, 'W/"a"', TUESDAY),
            f"its Last-Modified changed from {MONDAY} to {TUESDAY}",
        ),
        (
            Representation(7),
            Representation(7, content_coding="gzip"),
            "its Content-Encoding changed from identity to gzip",
        ),
    ],
)
def test_a_field_that_says_something_else_is_a_difference(begun, found, difference):
    assert begun.difference(found) == difference


@pytest.mark.parametrize(
    ("begun", "found"),
    [
        # What an answer leaves out is no change.
        (Representation(7, '"a"', MONDAY, "gzip"), Representation(None)),
        # Nor is what is new in it.
        (Representation(None), Representation(7, '"a"', MONDAY)),
        # Equal strong ETags outweigh a date.
        (Representation(7, '"a"', MONDAY), Representation(7, '"a"', TUESDAY)),
        # Weak and malformed ETags say nothing.
        (Representation(7, 'W/"a"', MONDAY), Representation(7, 'W/"b"', MONDAY)),
        (Representation(7, '"a"', MONDAY), Representation(7, 'W/"a"', MONDAY)),
        (Representation(7, "a", MONDAY), Representation(7, "b", MONDAY)),
    ],
)
def test_what_may_be_the_same_bytes_is_no_difference(begun, found):
    assert begun.difference(found) is None


@pytest.mark.parametrize(
    ("etag", "condition"),
    [
        ('"a"', ("If-None-Match", '"a"')),
        ('W/"a"', ("If-None-Match", 'W/"a"')),
        ("a", ("If-Modified-Since", MONDAY)),
        ("*", ("If-Modified-Since", MONDAY)),
        ('w/"a"', ("If-Modified-Since", MONDAY)),
        ('"a", "b"', ("If-Modified-Since", MONDAY)),
        ('W/""', ("If-Modified-Since", MONDAY)),
        (None, ("If-Modified-Since", MONDAY)),
    ],
)
def test_the_condition_is_an_etag_that_is_one_else_the_date(etag, condition):
    assert Representation(7, etag, MONDAY).condition == condition


@pytest.mark.parametrize("date", [None, "", "yesterday", "0", f"{MONDAY}, {TUESDAY}"])
def test_what_has_neither_etag_nor_date_cannot_be_asked_about(date):
    known = Representation(7, None, date)

    assert known.condition is None
    assert not known.conditional


@given(st.none() | st.text(max_size=12), st.none() | st.text(max_size=12))
@settings(max_examples=150)
def test_whatever_a_server_called_the_file_makes_a_condition_that_can_be_sent(etag, date):
    known = Representation(None, etag, date)

    assert known.conditional == (known.condition is not None)
    if known.condition is not None:
        check_field(*known.condition)


@given(st.text("ab!~", min_size=1, max_size=3), st.booleans(), st.booleans())
@settings(max_examples=100)
def test_weak_comparison_looks_at_what_is_between_the_quotes_alone(tag, weak, other_weak):
    mine = Representation(7, "W/" * weak + f'"{tag}"')
    same = Representation(7, "W/" * other_weak + f'"{tag}"')
    other = Representation(7, "W/" * other_weak + f'"{tag}+"')

    assert mine.difference(same, weakly=True) is None
    assert mine.difference(other, weakly=True) == (
        f"its ETag changed from {mine.etag} to {other.etag}"
    )


def test_weak_etags_say_nothing_beside_equal_dates():
    mine, theirs = Representation(7, 'W/"a"', MONDAY), Representation(7, 'W/"b"', MONDAY)

    assert mine.difference(theirs, weakly=True) is None


@pytest.mark.parametrize(
    ("way_out", "before"), [("", "begun"), (BEGIN_AGAIN, "begun"), (FETCH_NEW, "fetched")]
)
def test_a_changed_file_is_one_sentence_with_the_way_out_at_its_end(way_out, before):
    failure = changed("its length changed from 7 to 8 bytes", way_out=way_out, status=206)

    message = (
        f"the file on the server is no longer the one that was {before}: "
        f"its length changed from 7 to 8 bytes{way_out}"
    )
    assert failure == Failure(Kind.CHANGED, message, Exit.CHANGED, 206)


def test_the_ways_out_name_the_option():
    assert BEGIN_AGAIN == "; --force-restart begins it again"
    assert FETCH_NEW == "; --overwrite fetches the new one"


def test_a_difference_is_shown_short_and_without_control_characters():
    found = Representation(7, None, "\x1b" + "x" * 1000)

    difference = Representation(7, None, MONDAY).difference(found)

    assert "\\x1bxxx" in difference
    assert len(difference) < 200


@given(representations)
@settings(max_examples=100)
def test_a_representation_does_not_differ_from_itself(representation):
    assert representation.difference(representation) is None
    assert representation.difference(representation, weakly=True) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Representation(5, '"a"'), Representation(5, '"a"', MONDAY), True),
        (Representation(5, None, MONDAY), Representation(5, None, MONDAY), True),
        (Representation(5, '"a"'), Representation(5, '"b"'), False),
        (Representation(5), Representation(5), False),
        (Representation(5, '"a"'), Representation(5, None, MONDAY), False),
        (Representation(None, None, MONDAY), Representation(None, None, MONDAY), False),
        (Representation(5, None, MONDAY, "gzip"), Representation(5, None, MONDAY), False),
    ],
)
def test_two_places_have_the_same_bytes_only_where_both_say_so(one, other, same):
    assert one.vouches_for(other) is same
