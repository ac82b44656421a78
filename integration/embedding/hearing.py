"""Behaviours: programs that hear what happens to their jobs."""

from __future__ import annotations

from collections.abc import Iterable

from ddm import Done, Job, Paused, Started, State
from ddm.library.happenings import Happening
from ddm.library.stream import Stream
from integration.embedding.held import Held
from integration.embedding.stage import Stage

_COURSE = (Started, Paused, Started, Done)


async def what_happens_to_a_job_is_heard_in_callbacks(stage: Stage) -> None:
    manager = stage.open()
    held = Held(stage)
    told: list[Happening] = []
    async with stage.embedded(manager):
        job = held.add(manager)

        def hear(stream: Stream) -> None:
            told.extend(stream.take())
            stage.look()

        manager.events(job).when_some(hear)
        await it_has_its_course(stage, held, job)
        await stage.until("the end is heard", lambda: told and isinstance(told[-1], Done))

    assert course_of(told) == _COURSE


async def what_happens_to_a_job_is_heard_in_a_task(stage: Stage) -> None:
    manager = stage.open()
    held = Held(stage)
    told: list[Happening] = []
    ended: list[bool] = []
    async with stage.embedded(manager):
        job = held.add(manager)

        async def listen() -> None:
            async for happening in manager.events(job):
                told.append(happening)  # noqa: PERF401 - who fails wants to see them
            ended.append(True)
            stage.look()

        async with stage.host.task(listen):
            await it_has_its_course(stage, held, job)
            await stage.until("the stream has ended", lambda: ended)

    assert course_of(told) == _COURSE


async def it_has_its_course(stage: Stage, held: Held, job: Job) -> None:
    """A job is begun, paused, resumed, and done."""
    await held.begun(job)
    job.pause()
    await stage.until("the job is paused", lambda: job.state is State.PAUSED)
    held.release()
    job.resume()
    await stage.over(job)


def course_of(told: Iterable[Happening]) -> tuple[type, ...]:
    """What a job came to; how often progress was told, and whether this machine was busy, is left to it."""
    return tuple(type(each) for each in told if isinstance(each, (Started, Paused, Done)))


ALL = (what_happens_to_a_job_is_heard_in_callbacks,)
WITH_COROUTINES = (what_happens_to_a_job_is_heard_in_a_task,)
