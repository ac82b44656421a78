import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.cli.working.lessons_file import read, written
from ddm.errors import UsageError
from ddm.lesson import Lesson

A = "https:a.test:443"


def reading(found):
    data = found if isinstance(found, bytes) else json.dumps(found).encode()
    return read(io.BytesIO(data), "hosts.json")


def of_one(fields, origin=A):
    return {"version": 1, "hosts": {origin: fields}}


def test_what_is_written_is_read_back():
    lessons = {A: Lesson(7.5, limit=4, refusal="503"), "http:[::1]:80": Lesson(8.0, ranges=False)}

    assert reading(written(lessons).encode()) == lessons


def test_an_origin_may_be_written_as_one_likes():
    assert reading(of_one({"learned_s": 7}, "https://a.test")) == {A: Lesson(7.0)}


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (b"{", "hosts.json is not JSON: "),
        (b"\xff", "hosts.json is not JSON: "),
        (b"[" * 100_000, "hosts.json is not JSON: "),
        (b" " * ((1 << 20) + 1), "hosts.json is longer than 1 MiB"),
        ([], "hosts.json: this is not what `ddm hosts export` writes: there is no object "),
        ({"hosts": 3}, "hosts.json: this is not what `ddm hosts export` writes: "),
        ({"hosts": {}}, 'hosts.json: its "version" is not 1; this ddm reads no other'),
        ({"version": 1, "hosts": {}, "more": 1}, "hosts.json: unknown field 'more'"),
        (of_one({}), f"hosts.json: {A} has no learned_s: nobody knows how old it is"),
        (of_one(3), f"hosts.json: {A} is no object"),
        (of_one({"learned_s": 7, "mood": 1}), f"hosts.json: {A} has an unknown field 'mood'"),
        (
            of_one({"learned_s": 7, "limit": 0}),
            f"hosts.json: {A}: limit: expected int >= 1",
        ),
        (
            of_one({"learned_s": "7"}),
            f"hosts.json: {A}: learned_s: expected float, got str",
        ),
        (of_one({"learned_s": float("nan")}), f"hosts.json: {A}: learned_s: expected float"),
        (of_one({"learned_s": 10**400}), f"hosts.json: {A}: learned_s: "),
        (of_one({"learned_s": 7}, "https://a.test/b"), "hosts.json: https://a.test/b is no orig"),
        (
            {"version": 1, "hosts": {A: {"learned_s": 7}, "a.test": {"learned_s": 7}}},
            f"hosts.json: {A} is there twice",
        ),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(found, why):
    with pytest.raises(UsageError) as caught:
        reading(found)

    assert str(caught.value).startswith(why)
    assert "\n" not in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
fields = st.dictionaries(
    st.sampled_from(Lesson.__struct_fields__) | st.text(max_size=4), json_values
)


@given(json_values | fields.map(of_one) | fields.map(lambda f: of_one({"learned_s": 7} | f)))
@settings(max_examples=200)
def test_any_document_is_read_or_refused(found):
    try:
        lessons = reading(json.dumps(found).encode())
    except UsageError:
        return
    assert reading(written(lessons).encode()) == lessons
