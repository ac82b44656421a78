import hashlib

import pytest

from ddm.testing.body import Body, GivenBody, Version

MIB = 1 << 20


@pytest.fixture(scope="module")
def body():
    return Body("key", 4 * MIB)


def test_a_body_is_the_same_however_it_is_read(body):
    whole = body.read(0, body.size)

    assert len(whole) == body.size
    assert body.read(0, 100_000) + body.read(100_000, body.size) == whole
    assert Body("key", body.size).read(0, body.size) == whole


@pytest.mark.parametrize("shift", [1, -1, 16 << 10, 256 << 10, MIB, 2 * MIB])
def test_shifted_bytes_are_not_the_bodys(body, shift):
    assert body.holds(body.read(MIB, MIB + 100), MIB)
    assert not body.holds(body.read(MIB, MIB + 100), MIB + shift)


def test_another_version_has_other_bytes(body):
    assert not body.holds(Body("other", body.size).read(0, 100), 0)


def test_one_wrong_byte_is_seen(body):
    data = bytearray(body.read(0, 100_000))
    data[77_777] ^= 1

    assert not body.holds(bytes(data), 0)


def test_bytes_past_the_end_are_not_the_bodys(body):
    assert not body.holds(body.read(body.size - 1, body.size + 1), body.size - 1)


@pytest.mark.parametrize(("etag", "strong"), [('"a"', True), ('W/"a"', False), (None, False)])
def test_only_a_strong_etag_is_strong(body, etag, strong):
    assert Version(body, etag, None).strong is strong


def test_one_bit_flips_where_its_byte_is_read(body):
    before, data = body.read(0, body.flip_at), body.read(body.flip_at, body.flip_at + 2)

    assert body.flipped(before, 0) == before
    assert body.flipped(data, body.flip_at) == bytes((data[0] ^ 1, data[1]))


def test_its_digest_is_that_of_its_bytes(body):
    assert body.sha256 == hashlib.sha256(body.read(0, body.size)).digest()


def test_given_bytes_are_served_as_they_are_with_zeros_beyond_them():
    body = GivenBody(b"abcdef")

    assert (body.size, body.read(1, 4), body.read(4, 8)) == (6, b"bcd", b"ef\0\0")
    assert body.sha256 == hashlib.sha256(b"abcdef").digest()
    assert body.flipped(b"abcdef", 0) == b"abbdef"
