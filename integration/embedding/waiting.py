"""Behaviours where the loop has coroutines: tasks that wait, and are cancelled."""

from __future__ import annotations

import pytest

from ddm import ClosedError, Job, State
from integration.embedding.held import Held
from integration.embedding.stage import Stage
from integration.servers.behaviours import Honest
from integration.servers.bodies import body

KIB = 1 << 10


async def who_waits_may_be_cancelled_and_the_job_goes_on(stage: Stage) -> None:
    manager = stage.open()
    held = Held(stage)
    async with stage.embedded(manager):
        job = held.add(manager)

        async def wait() -> None:
            await job

        async with stage.host.task(wait) as cancel:
            await held.begun(job)
            cancel()
        held.release()

        assert (await job).read_bytes() == held.content


async def who_waits_is_told_that_the_manager_was_closed(stage: Stage) -> None:
    manager = stage.open()
    held = Held(stage)
    async with stage.embedded(manager):
        job = held.add(manager)

        async def wait() -> None:
            with pytest.raises(ClosedError):
                await job

        async with stage.host.task(wait):
            await held.begun(job)
            manager.close()


async def a_scope_is_left_when_all_its_jobs_are_over(stage: Stage) -> None:
    contents = [body(200 * KIB, number) for number in range(4)]
    manager = stage.open()
    async with stage.embedded(manager):
        async with manager.scope() as scope:
            jobs = [
                scope.add(stage.server.add(f"/{number}", Honest(content)), stage.to(f"{number}"))
                for number, content in enumerate(contents)
            ]

        assert [job.result().read_bytes() for job in jobs] == contents


async def jobs_of_a_scope_that_is_cancelled_rest_and_can_go_on(stage: Stage) -> None:
    manager = stage.open()
    held = Held(stage)
    jobs: list[Job] = []

    async def work() -> None:
        async with manager.scope() as scope:
            jobs.append(held.add(scope))

    async with stage.embedded(manager):
        async with stage.host.task(work) as cancel:
            await stage.until("the scope has its job", lambda: jobs)
            await held.begun(jobs[0])
            cancel()
        await it_rests_and_goes_on(stage, held, jobs[0])


async def jobs_of_a_scope_that_an_error_ends_rest_and_can_go_on(stage: Stage) -> None:
    manager = stage.open()
    held = Held(stage)
    jobs: list[Job] = []

    async def work() -> None:
        async with manager.scope() as scope:
            jobs.append(held.add(scope))
            await held.begun(jobs[0])
            raise LookupError

    async with stage.embedded(manager):
        with pytest.raises(LookupError):
            await work()
        await it_rests_and_goes_on(stage, held, jobs[0])


async def it_rests_and_goes_on(stage: Stage, held: Held, job: Job) -> None:
    """A job that was begun has been paused, and is resumed."""
    await stage.until("the job is paused", lambda: job.state is State.PAUSED)
    kept, asked = job.view().done, len(held.asked)
    held.release()
    job.resume()

    assert (await stage.result(job)).read_bytes() == held.content
    assert not held.fetched_twice(asked, kept)


ALL = (
    who_waits_may_be_cancelled_and_the_job_goes_on,
    who_waits_is_told_that_the_manager_was_closed,
    a_scope_is_left_when_all_its_jobs_are_over,
    jobs_of_a_scope_that_is_cancelled_rest_and_can_go_on,
    jobs_of_a_scope_that_an_error_ends_rest_and_can_go_on,
)
