"""Behaviours: jobs that are paused, resumed and removed, and wishes between turns."""

from __future__ import annotations

import selectors
import time

import pytest

from ddm import DownloadError, Manager, State
from integration.embedding.held import Held
from integration.embedding.stage import Stage
from integration.servers.behaviours import Honest
from integration.servers.bodies import body

KIB = 1 << 10
# The queue is looked at four times a second; a child may still say something.
_A_WHILE_S, _FEW = 0.3, 20


async def a_paused_job_rests_and_goes_on_from_where_it_was(stage: Stage) -> None:
    manager = stage.open("queue")
    held = Held(stage)
    async with stage.embedded(manager):
        job = held.add(manager)
        await held.begun(job)
        job.pause()
        await stage.until("it is paused", lambda: job.state is State.PAUSED)
        kept, asked = job.view().done, len(held.asked)
        held.release()
        await a_small_job_is_fetched(stage, manager)

        assert kept
        assert job.view().done == kept
        assert job.view().connections == 0
        job.resume()
        assert (await stage.result(job)).read_bytes() == held.content
    assert not held.fetched_twice(asked, kept)


async def removed_jobs_go_with_their_files_or_without(stage: Stage) -> None:
    manager = stage.open("queue")
    leaving, deleted = Held(stage, "leaving"), Held(stage, "deleted")
    async with stage.embedded(manager):
        jobs = [held.add(manager) for held in (leaving, deleted)]
        for held, job in zip((leaving, deleted), jobs, strict=True):
            await held.begun(job)
        jobs[0].remove()
        jobs[1].remove(delete_files=True)
        for job in jobs:
            with pytest.raises(DownloadError, match="was removed"):
                await stage.result(job)
        await stage.over(manager.quiet())

    assert stage.to("leaving.part").exists()
    assert not stage.to("deleted.part").exists()
    assert manager.view().jobs == ()


async def a_finished_job_is_removed_with_its_file(stage: Stage) -> None:
    manager = stage.open("queue")
    async with stage.embedded(manager):
        path = await a_small_job_is_fetched(stage, manager)
        manager.remove(1, delete_files=True)
        await stage.until("the file is gone", lambda: not path.exists())


async def what_is_asked_between_turns_is_heard_at_once(stage: Stage) -> None:
    manager = stage.open("queue")
    held = Held(stage)
    async with stage.embedded(manager):
        await stage.over(manager.quiet())
        job = held.add(manager)
        assert wants_a_turn(manager)
        await held.begun(job)
        await nothing_is_to_be_done(stage, manager)
        job.pause()
        assert wants_a_turn(manager)
        await stage.until("it is paused", lambda: job.state is State.PAUSED)
        await nothing_is_to_be_done(stage, manager)
        held.release()
        job.resume()
        assert wants_a_turn(manager)

        assert (await stage.result(job)).read_bytes() == held.content


async def an_idle_manager_leaves_the_loop_alone(stage: Stage) -> None:
    manager = stage.open("queue")
    async with stage.embedded(manager):
        await a_small_job_is_fetched(stage, manager)
        await stage.over(manager.quiet())
        before, since_s = manager.turns().count, time.monotonic()
        await stage.until("a while has gone by", lambda: time.monotonic() > since_s + _A_WHILE_S)

        assert manager.turns().count - before < _FEW


async def a_small_job_is_fetched(stage: Stage, manager: Manager):
    """Another one comes and goes: so many turns, and requests, would have been possible."""
    url = stage.server.add("/small", Honest(body(64 * KIB)))
    return await stage.result(manager.add(url, stage.to("small")))


async def nothing_is_to_be_done(stage: Stage, manager: Manager) -> None:
    """Its descriptor says so, after a turn."""
    await stage.until("a turn has nothing to do", lambda: not wants_a_turn(manager))


def wants_a_turn(manager: Manager) -> bool:
    """Whether its descriptor is readable, which is all that a loop looks at."""
    with selectors.DefaultSelector() as selector:
        selector.register(manager, selectors.EVENT_READ)
        return bool(selector.select(0))


ALL = (
    a_paused_job_rests_and_goes_on_from_where_it_was,
    removed_jobs_go_with_their_files_or_without,
    a_finished_job_is_removed_with_its_file,
    what_is_asked_between_turns_is_heard_at_once,
    an_idle_manager_leaves_the_loop_alone,
)
