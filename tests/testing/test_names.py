import random

import pytest

from ddm.testing.names import Names
from ddm.testing.part import Inode

FILE = Inode(1)


@pytest.fixture
def names():
    return Names()


def left(names, seeds=range(20)):
    """What power cuts may leave."""
    found = set()
    for seed in seeds:
        copy = Names()
        copy.files, copy._pending = dict(names.files), list(names._pending)
        copy.lose_power(random.Random(seed))
        found.add(tuple(copy.files))
    return found


def test_a_new_name_may_be_lost(names):
    names.change(None, "f.part", FILE)

    assert left(names) == {(), ("f.part",)}


def test_a_synced_name_stays(names):
    names.change(None, "f.part", FILE)
    names.sync(names.changes)

    assert left(names) == {("f.part",)}


def test_a_synced_file_has_its_first_name(names):
    names.change(None, "f.part", FILE)
    names.sync_file(FILE)
    names.change("f.part", "f", FILE)

    assert left(names) == {("f.part",), ("f",)}


def test_a_sync_covers_what_was_there_when_it_began(names):
    names.change(None, "f.part", FILE)
    begun = names.changes
    names.change("f.part", "f", FILE)
    names.sync(begun)

    assert left(names) == {("f.part",), ("f",)}


def test_changes_are_lost_from_the_end(names):
    names.change(None, "f.part", FILE)
    names.change("f.part", "f", FILE)
    names.change("f", None, FILE)

    assert left(names) == {(), ("f.part",), ("f",)}
