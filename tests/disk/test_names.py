from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddm.disk.names import candidates
from ddm.limits import NAME_TRIES_MAX


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("f", "f (1)"),
        ("f.iso", "f (1).iso"),
        ("f.tar.gz", "f (1).tar.gz"),
        (".tar.gz", ".tar (1).gz"),
        (".hidden", ".hidden (1)"),
        ("f.", "f. (1)"),
        ("v1.5 of the report", "v1.5 of the report (1)"),
        ("f (1).iso", "f (1) (1).iso"),
    ],
)
def test_the_number_stands_before_the_extension(name, second):
    assert list(islice(candidates(name), 2)) == [name, second]


def test_the_names_come_to_an_end():
    names = list(candidates("f.iso"))
    assert (len(names), names[-1]) == (NAME_TRIES_MAX, f"f ({NAME_TRIES_MAX - 1}).iso")


def test_a_long_name_keeps_its_extension_and_is_cut_between_characters():
    first, second = islice(candidates("é" * 200 + ".iso"), 2)
    assert (first, second) == ("é" * 123 + ".iso", "é" * 121 + " (1).iso")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1))
def test_every_name_leaves_room_for_the_suffix_and_none_comes_twice(name):
    names = list(islice(candidates(name * 5), 12))
    assert all(len(n.encode()) <= 250 for n in names)
    assert len(set(names)) == len(names)
