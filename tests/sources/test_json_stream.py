import contextlib
import io
import json
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.sources import json_stream
from ddm.sources.json_stream import DEPTH_MAX, STRING_BYTES_MAX, BrokenJSONError, JSONStream

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
WRITTEN = st.builds(
    lambda value, indent: (value, json.dumps(value, indent=indent).encode()),
    VALUES,
    st.none() | st.integers(0, 3),
)
LARGE = 1 << 30


def stream(text):
    return JSONStream(io.BytesIO(text).read)


def chunked(text, length):
    """A stream that brings so many bytes at a time."""
    source = io.BytesIO(text)
    return JSONStream(lambda _: source.read(length))


def error(text, action):
    with pytest.raises(BrokenJSONError) as caught:
        action(stream(text))
    return str(caught.value)


@given(WRITTEN, st.integers(1, 20))
@settings(max_examples=100)
def test_a_copy_is_the_value_whatever_comes_at_a_time(written, length):
    value, text = written
    pulled = chunked(text + b" ,", length)

    assert json.loads(pulled.copy(LARGE)) == value
    assert pulled.offset == len(text)


@given(WRITTEN, st.integers(1, 20))
@settings(max_examples=100)
def test_what_is_skipped_is_that_value_and_nothing_else(written, length):
    _, text = written
    pulled = chunked(text + b" ,", length)
    pulled.skip()

    assert pulled.offset == len(text)


@given(st.dictionaries(st.text(), st.lists(VALUES, max_size=3), max_size=4), st.integers(1, 20))
@settings(max_examples=100)
def test_walking_down_finds_what_json_finds(value, length):
    pulled = chunked(json.dumps(value).encode(), length)
    found = {
        json.loads(f'"{key}"'): [json.loads(pulled.copy(LARGE)) for _ in pulled.items()]
        for key in pulled.members()
    }

    assert found == value


@given(st.binary(max_size=60), st.integers(1, 9))
@settings(max_examples=100)
def test_any_bytes_are_walked_or_refused(text, length):
    def walk(pulled):
        for key in pulled.members():
            if "e" in key:
                pulled.skip()
            else:
                for _ in pulled.items():
                    pulled.copy(20)

    for prefix in (b"", b'{"e":', b'{"a":['):
        with contextlib.suppress(BrokenJSONError):
            walk(chunked(prefix + text, length))


def test_a_byte_order_mark_is_not_part_of_it():
    pulled = chunked(b"\xef\xbb\xbf[1]", 1)

    assert [pulled.copy(9) for _ in pulled.items()] == [b"1"]
    assert pulled.offset == len(b"\xef\xbb\xbf[1]")


@pytest.mark.parametrize("length", [1000, 1 << 30])
@pytest.mark.parametrize("sign", [b"a", rb"\n", rb"\u00e9", rb"\""])
def test_a_long_string_is_cut_out_and_what_follows_stays(sign, length):
    long = sign * (STRING_BYTES_MAX // len(sign) + 1)
    pulled = chunked(b'["a", "%b", "b"]' % long, length)

    assert pulled.copy(100) == b'["a", "", "b"]'


def test_a_string_of_just_the_longest_length_stays():
    text = b'"' + b"a" * STRING_BYTES_MAX + b'"'

    assert stream(text).copy(LARGE) == text
    assert chunked(text, 1000).copy(LARGE) == text


def test_a_copy_that_gets_too_long_is_none_and_the_stream_goes_on():
    pulled = stream(b'[["aaaaaaaa"],["b"]]')

    assert [pulled.copy(8) for _ in pulled.items()] == [None, b'["b"]']


def test_items_tell_where_they_begin():
    pulled = stream(b'[ 1,  {"a": 2}]')

    offsets = []
    for offset in pulled.items():
        offsets.append(offset)
        pulled.skip()
    assert offsets == [2, 6]


@pytest.mark.parametrize("text", [b"[", b'["a', b'["a\\', b'[{"a": 1', b"", b"  "])
def test_a_text_that_ends_too_early_is_refused_at_its_last_byte(text):
    assert error(text, JSONStream.skip) == f"at byte {len(text)} it ends in the middle"


def test_brackets_have_to_fit():
    assert error(b"[1}", JSONStream.skip) == "at byte 2 the wrong bracket is closed"


def test_a_missing_value_is_refused():
    assert error(b",", JSONStream.skip) == "at byte 0 a value is missing"


def test_what_is_no_object_has_no_members():
    assert error(b"[1]", lambda text: list(text.members())) == 'at byte 0 "{" is missing'


def test_keys_come_as_they_are_written():
    assert next(stream(b'{"\\n\xff": 1}').members()) == "\\n\ufffd"


def test_what_is_no_string_is_no_key():
    assert error(b"{1: 1}", lambda text: next(text.members())) == "at byte 1 a key is missing"


def test_a_missing_comma_is_refused():
    def walk(pulled):
        for _ in pulled.items():
            pulled.skip()

    assert error(b"[1 2]", walk) == 'at byte 3 "," or "]" is missing'


def test_depth_has_a_bound():
    stream(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX).skip()

    text = b"[" * (DEPTH_MAX + 2) + b"]" * (DEPTH_MAX + 2)
    for action in (JSONStream.skip, partial(JSONStream.copy, bytes_max=LARGE)):
        assert f"nested more than {DEPTH_MAX} deep" in error(text, action)


def test_length_has_a_bound(monkeypatch):
    monkeypatch.setattr(json_stream, "TOTAL_BYTES_MAX", 10)

    assert "it is still not at its end" in error(b"[" + b" " * 10 + b"]", JSONStream.skip)
