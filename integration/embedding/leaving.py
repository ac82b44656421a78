"""Behaviours: managers that are closed, stopped, taken from one loop to the next, and broken ones."""

from __future__ import annotations

import time

import pytest

from ddm import State, StateError
from integration.embedding.held import Held
from integration.embedding.stage import Stage

# Waiting for a connection, a name or a child took seconds; closing takes milliseconds, and this machine may be busy.
_AT_ONCE_S = 0.5


async def closing_waits_for_nothing_and_everything_is_kept(stage: Stage) -> None:
    manager = stage.open("queue")
    held = Held(stage)
    async with stage.embedded(manager):
        job = held.add(manager)
        await held.begun(job)
    kept, asked = job.view().done, len(held.asked)
    begun_s = time.monotonic()
    manager.close()
    took_s = time.monotonic() - begun_s

    held.release()
    again = stage.open("queue")
    async with stage.embedded(again):
        path = await stage.result(again.job(job.id))
    assert took_s < _AT_ONCE_S
    assert path.read_bytes() == held.content
    assert not held.fetched_twice(asked, kept)


async def a_manager_may_be_closed_in_the_loop(stage: Stage) -> None:
    manager, other = stage.open(), stage.open()
    held, theirs, later = Held(stage), Held(stage, "theirs"), Held(stage, "later")
    async with stage.embedded(other):
        job = theirs.add(other)
        async with stage.embedded(manager):
            await held.begun(held.add(manager))
            manager.close()
            # It gets the descriptors that the closed one had.
            async with stage.embedded(another := stage.open()):
                last = later.add(another)
                await later.begun(last)
                theirs.release()
                later.release()

                assert (await stage.result(job)).read_bytes() == theirs.content
                assert (await stage.result(last)).read_bytes() == later.content


async def a_stop_gives_every_job_back_to_the_queue(stage: Stage) -> None:
    manager = stage.open("queue")
    held = [Held(stage, name) for name in ("a", "bb", "ccc")]
    async with stage.embedded(manager):
        jobs = [each.add(manager) for each in held]
        for each, job in zip(held, jobs, strict=True):
            await each.begun(job)
        await stage.over(manager.stop())
        views, asked = [job.view() for job in jobs], [len(each.asked) for each in held]

    assert {view.state for view in views} == {State.QUEUED}
    assert all(view.done_bytes for view in views)
    manager.close()
    for each in held:
        each.release()
    again = stage.open("queue")
    async with stage.embedded(again):
        for each, job, view, before in zip(held, jobs, views, asked, strict=True):
            path = await stage.result(again.job(job.id))
            assert path.read_bytes() == each.content
            assert not each.fetched_twice(before, view.done)


async def a_manager_leaves_the_loop_and_comes_back(stage: Stage) -> None:
    manager = stage.open()
    held = Held(stage)
    async with stage.embedded(manager):
        job = held.add(manager)
        await held.begun(job)
    held.release()
    left = job.view()
    async with stage.embedded(manager):
        path = await stage.result(job)

    assert not left.state.ended
    assert path.read_bytes() == held.content


async def a_queue_that_is_gone_is_an_error_for_who_waits(stage: Stage) -> None:
    manager = stage.open("queue")
    held = Held(stage)

    async def work() -> None:
        async with stage.embedded(manager):
            job = held.add(manager)
            await held.begun(job)
            (stage.directory / "queue" / "jobs.db").unlink()
            with pytest.raises(StateError, match="removed or replaced"):
                await stage.over(job)

    with pytest.raises(StateError, match="removed or replaced"):
        await work()
    manager.close()


ALL = (
    closing_waits_for_nothing_and_everything_is_kept,
    a_manager_may_be_closed_in_the_loop,
    a_stop_gives_every_job_back_to_the_queue,
    a_manager_leaves_the_loop_and_comes_back,
    a_queue_that_is_gone_is_an_error_for_who_waits,
)
