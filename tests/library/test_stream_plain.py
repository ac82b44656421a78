"""What happens, in a plain `for` of a script that has no loop."""

import asyncio

import pytest

from ddm.embed import on_asyncio
from ddm.errors import ClosedError, StateError, UsageError
from ddm.library.happenings import Done, Started
from ddm.testing import rehearsal

URL = "https://example.org/f"


def test_without_a_loop_a_plain_for_turns_the_manager_until_its_jobs_are_over(tmp_path):
    with rehearsal() as stage:
        stage.serve(URL, b"x" * 100)
        manager = stage.manager()
        job = manager.add(URL, tmp_path)

        told = [type(happening) for happening in manager.events(job)]

    assert (told[0], told[-1]) == (Started, Done)


def test_in_a_loop_a_plain_for_says_that_it_is_not_for_that(tmp_path):
    async def main(manager):
        async with on_asyncio(manager):
            for _ in manager.events():
                pass

    with rehearsal() as stage, pytest.raises(UsageError, match="asyncio turns this manager"):
        asyncio.run(main(stage.manager()))


def test_a_plain_for_over_a_queue_that_broke_says_why(room, stream):
    room.end(StateError("gone"))
    with pytest.raises(StateError, match="gone"):
        next(stream)


def test_a_plain_for_ends_with_a_manager_that_is_closed(room, stream):
    room.end(ClosedError("closed"))
    assert list(stream) == []
