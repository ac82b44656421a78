import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.failures import FailureError, Kind
from ddm.http.head import Head, HeadReader
from ddm.limits import RESPONSE_HEADER_BYTES_MAX


@pytest.fixture
def reader():
    return HeadReader()


def _feed(reader, *lines):
    """The heads that came out."""
    return [head for head in map(reader.feed, lines) if head]


def test_the_blank_line_completes_the_head(reader):
    heads = _feed(reader, b"HTTP/1.1 200 OK\r\n", b'ETag: "a"\r\n', b"X-Empty:\r\n", b"\r\n")

    assert heads == [Head(200, (("etag", '"a"'), ("x-empty", "")), "1.1")]


def test_an_informational_response_is_forgotten(reader):
    heads = _feed(
        reader,
        *(b"HTTP/1.1 103 Early Hints\r\n", b"Link: x\r\n", b"\r\n"),
        *(b"HTTP/1.1 206 Partial Content\r\n", b"Date: y\r\n", b"\r\n"),
    )

    assert heads == [Head(206, (("date", "y"),))]


def test_trailers_and_whatever_else_comes_later_are_ignored(reader):
    heads = _feed(
        reader, b"HTTP/1.1 200 OK\r\n", b"\r\n", b"ETag: late\r\n", b"\r\n", b"HTTP/nonsense"
    )

    assert heads == [Head(200)]


def test_a_second_answer_in_the_place_of_trailers_is_a_bad_response(reader):
    _feed(reader, b"HTTP/2 200 \r\n", b"\r\n")

    with pytest.raises(FailureError, match="a second time"):
        _feed(reader, b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("line", "status", "version"),
    [
        (b"HTTP/2 200 \r\n", 200, "2"),
        (b"HTTP/1.0 404 Not Found\n", 404, "1.0"),
        (b"HTTP/1.1 503\r\n", 503, "1.1"),
        (b"HTTP/1.1 200 \xfc \x1b\r\n", 200, "1.1"),
    ],
)
def test_a_status_line_may_lack_its_reason(reader, line, status, version):
    assert _feed(reader, line, b"\r\n") == [Head(status, (), version)]


@pytest.mark.parametrize(
    "line", [b"HTTP/1.1 20 OK", b"HTTP/1.1 2000 OK", b"HTTP/one 200", b"HTTP/"]
)
def test_a_status_line_that_makes_no_sense_is_a_bad_response(reader, line):
    with pytest.raises(FailureError) as caught:
        reader.feed(line)

    assert caught.value.failure.kind is Kind.BAD_RESPONSE


def test_names_are_lower_case_and_space_around_name_and_value_is_dropped(reader):
    heads = _feed(reader, b"HTTP/1.1 200 OK\n", b"Content-LENGTH : \t42 \r\n", b"\n")

    assert heads == [Head(200, (("content-length", "42"),))]


def test_lines_that_are_no_fields_are_left_out(reader):
    heads = _feed(
        reader, b"HTTP/1.1 200 OK\n", b"no colon\r\n", b" folded: x\r\n", b": y\r\n", b"\n"
    )

    assert heads == [Head(200)]


def test_bytes_outside_of_ascii_are_latin_1(reader):
    assert _feed(reader, b"HTTP/1.1 200 OK\n", b"X: \xfc\r\n", b"\n") == [Head(200, (("x", "ü"),))]


def test_a_blank_line_without_a_status_completes_nothing(reader):
    assert _feed(reader, b"\r\n", b"X: y\r\n", b"\r\n") == []


def test_endless_headers_are_a_bad_response_also_in_many_informational_ones(reader):
    hint = (b"HTTP/1.1 103 Early Hints\r\n", b"Link: " + b"x" * 1000 + b"\r\n", b"\r\n")

    with pytest.raises(FailureError) as caught:
        _feed(reader, *hint * (RESPONSE_HEADER_BYTES_MAX // 1000))

    assert caught.value.failure.kind is Kind.BAD_RESPONSE
    assert str(RESPONSE_HEADER_BYTES_MAX) in caught.value.failure.message


def test_several_fields_of_a_name_are_joined_or_told_apart():
    head = Head(200, (("vary", "a"), ("x", "y"), ("vary", "b")))

    assert (head.get("vary"), head.all("vary")) == ("a, b", ("a", "b"))
    assert (head.get("etag"), head.all("etag")) == (None, ())


lines = (
    st.binary(max_size=30)
    | st.binary(max_size=12).map(b"HTTP/".__add__)
    | st.sampled_from([b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 103 Hints\n", b"\r\n", b"\n", b"\r"])
    | st.just(b"X: " + b"x" * (RESPONSE_HEADER_BYTES_MAX // 2))
)


@given(st.lists(lines))
@settings(max_examples=200)
def test_any_lines_give_one_head_at_most_or_raise_a_failure(sent):
    with contextlib.suppress(FailureError):
        heads = _feed(HeadReader(), *sent)

        assert len(heads) <= 1
        assert all(
            name == name.strip(" \t").lower() != "" for head in heads for name, _ in head.fields
        )
