"""What a file is, without fetching it."""

import random

import pytest

from ddm.core.circumstances import Found
from ddm.core.commands import OpenPart, StartTransfer
from ddm.core.engine import Engine
from ddm.failures import Kind
from ddm.record import State
from ddm.spec import Checksum

MIB = 1 << 20
SUM = Checksum("sha-256", "ab")


@pytest.fixture
def asking(paper):
    paper.engine = Engine(
        paper.limits, chance=random.Random(1), user_agent="ddm/test", describe=True
    )
    paper.offer()
    return paper


def found(paper):
    (view,) = paper.engine.take_left()
    assert (view.state, view.failure) == (State.DONE, None)
    return view.found


def test_the_head_is_all_that_is_asked_for(asking, of):
    said = asking.head(size=8 * MIB, digests=(SUM,), last_modified="yesterday")

    assert of(OpenPart, said) + of(StartTransfer, said) == []
    assert asking.live == {}
    assert found(asking) == Found(
        name="f.bin",
        size_bytes=8 * MIB,
        ranges=True,
        etag='"1"',
        last_modified="yesterday",
        content_coding=None,
        url="https://example.org/f.bin",
        connections=8,
        digests=(SUM,),
    )


def test_a_server_without_ranges_gets_one_connection(asking):
    asking.head(size=8 * MIB, partial=False)

    description = found(asking)
    assert (description.ranges, description.connections) == (False, 1)


def test_redirects_are_followed_and_the_last_url_is_named_without_its_secrets(asking):
    asking.break_off(1, Kind.REDIRECTED, location="https://cdn.example/g.iso?sig=1")
    asking.head(2, size=10)

    description = found(asking)
    assert (description.name, description.url) == ("g.iso", "https://cdn.example/g.iso?sig=***")


def test_what_cannot_be_had_fails_as_ever(asking):
    asking.break_off(1, Kind.NOT_FOUND)

    assert asking.states()[-1] is State.FAILED
