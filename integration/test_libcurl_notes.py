"""What DDM relies on in libcurl's view of a response, each fact a test.

A new libcurl that breaks one of these breaks `ddm/multi/`; the test's name says where to look.
"""

import pycurl
import pytest

from integration.easy import fetch
from integration.servers.behaviours import Honest, IgnoresRange, Plain, Status

CONTENT = bytes(range(256)) * 256


class Says(Plain):
    """Sends these bytes and closes."""

    def __init__(self, *parts):
        self._parts = parts

    def answer(self, request, reply):
        for part in self._parts:
            reply.raw(part)
        reply.close()


# -- answers that libcurl is content with, and DDM must not be -----------------------------------


def test_a_200_to_a_range_request_is_no_error(scripted):
    got = fetch(scripted.add("/", IgnoresRange(CONTENT)), RANGE="5-14")

    assert (got.code, b"".join(got.blocks)) == (0, CONTENT)


def test_another_range_than_asked_for_is_no_error(scripted):
    head = b"HTTP/1.1 206 P\r\nContent-Range: bytes 5-14/100\r\nContent-Length: 10\r\n\r\n"
    got = fetch(scripted.add("/", Says(head, b"0123456789")), RANGE="0-9")

    assert got.code == 0


def test_an_error_status_is_no_error(scripted):
    assert fetch(scripted.add("/", Status(503))).code == 0


def test_a_head_without_its_end_is_no_error(scripted):
    got = fetch(scripted.add("/", Says(b"HTTP/1.1 200 OK\r\nX: y\r\n")))

    assert (got.code, got.lines) == (0, [b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"])


def test_a_body_longer_than_its_content_length_is_cut(scripted):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
    got = fetch(scripted.add("/", Says(head, b"abcdef")))

    assert (got.code, got.blocks) == (0, [b"abc"])


# -- answers that libcurl refuses ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", 18),
        (b"", 52),
        (b"no head at all\r\n\r\n", 1),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc", 8),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\nabc", 8),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400_000 + b"\r\n\r\nabc", 100),
    ],
)
def test_what_makes_no_sense_is_an_error_of_this_code(scripted, answer, code):
    assert fetch(scripted.add("/", Says(answer))).code == code


def test_a_bad_chunk_size_is_a_receive_error_that_begins_with_the_word_chunk(scripted):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    got = fetch(scripted.add("/", Says(head, b"zz\r\nabc")))

    assert (got.code, got.message.split(" ")[0]) == (56, "chunk")


# -- callbacks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("buffer_bytes", [16 << 10, 512 << 10])
def test_blocks_of_a_body_are_never_larger_than_16_kib(scripted, buffer_bytes):
    got = fetch(scripted.add("/", Honest(CONTENT)), BUFFERSIZE=buffer_bytes)

    assert max(map(len, got.blocks)) <= 16 << 10


def test_the_header_callback_sees_1xx_responses_and_trailers_and_no_folding(scripted):
    got = fetch(
        scripted.add(
            "/",
            Says(
                b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\n"
                b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"3\r\nabc\r\n0\r\nETag: x\r\n\r\n"
            ),
        )
    )

    assert got.lines == [
        b"HTTP/1.1 103 Early\r\n",
        b"Link: a\r\n",
        b"\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"X: a b\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"\r\n",
        b"ETag: x\r\n",
    ]


@pytest.mark.parametrize("callback", ["HEADERFUNCTION", "WRITEFUNCTION"])
def test_minus_one_from_a_callback_fails_the_transfer_with_23(scripted, callback):
    got = fetch(scripted.add("/", Honest(CONTENT)), **{callback: lambda _: -1})

    assert got.code == pycurl.E_WRITE_ERROR
