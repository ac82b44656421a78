"""A host that does one thing, and of which nobody shall hear a word: SCENE, URL of something that never ends."""

import asyncio
import gc
import shutil
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

import ddm
from ddm.embed import on_asyncio

RUNNING_MAX_S = 20.0


def running(state="state", count=3):
    """A manager that is in the middle of downloads, with a child that is up."""
    manager = ddm.Manager.open(state)
    jobs = [manager.add(URL, f"file{number}", max_segments=2) for number in range(count)]
    late_s = time.monotonic() + RUNNING_MAX_S
    while not all(job.view().done_bytes for job in jobs[:4]):
        assert time.monotonic() < late_s
        manager.turn(1.0)
    return manager, jobs


def exits_with_it_open():
    # Both outlive this function, as in a script.
    globals()["manager"], globals()["jobs"] = running()


def exits_within_a_loop():
    async def main():
        async with on_asyncio(ddm.Manager.open("state")) as manager:
            manager.add(URL, "file")
            await asyncio.sleep(0.1)
            sys.exit(0)

    asyncio.run(main(), debug=False)


def is_closed_in_mid_flight():
    manager, _ = running(count=200)
    began_s = time.monotonic()
    manager.close()
    took_s = time.monotonic() - began_s
    manager.close()
    assert took_s < 0.4, took_s  # half a second is what a child may take that does not die
    with ddm.Manager.open("state") as again:
        assert again.job(200).state is ddm.State.QUEUED


def is_closed_by_a_callback():
    manager, (job, *_) = running()
    job.when_over(lambda _: manager.close())
    job.remove()
    try:
        manager.wait(job, *_)
    except ddm.ClosedError:
        manager.close()
    ddm.Manager.open("state").close()


def is_closed_within_a_loop():
    async def main():
        manager, (job, *_) = running()
        async with on_asyncio(manager):
            job.when_over(lambda _: manager.close())
            job.remove()
            try:
                await _[0]
            except ddm.ClosedError:
                manager.close()
            await asyncio.sleep(0.1)

    asyncio.run(main(), debug=False)


def loses_its_database():
    manager, jobs = running()
    shutil.rmtree("state")
    try:
        manager.wait(*jobs, timeout_s=20)
    except ddm.StateError:
        manager.close()


def has_callbacks_that_raise():
    manager, (job, *_) = running()
    job.when_over(lambda _: 1 / 0)
    job.remove()
    try:
        manager.wait(job, timeout_s=20)
        manager.turn(1.0)
    except ZeroDivisionError:
        manager.close()


def forgets_it():
    manager, jobs = running()
    fds = len([*Path("/proc/self/fd").iterdir()])
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        del manager, jobs
        gc.collect()
    # Sockets that are finalized before the manager have a word of their own.
    assert f"unclosed queue of {Path.cwd()}/state" in [str(each.message) for each in found]
    assert {each.category for each in found} == {ResourceWarning}
    assert len([*Path("/proc/self/fd").iterdir()]) < fds
    ddm.Manager.open("state").close()


def runs_two_loops():
    async def some(manager):
        async with on_asyncio(manager):
            job = manager.add(URL, f"{time.monotonic()}")
            await asyncio.sleep(0.2)
            assert job.state is not ddm.State.FAILED

    policies = [None]
    with suppress(ImportError):
        import uvloop  # noqa: PLC0415 - where it is installed

        policies.append(uvloop.EventLoopPolicy())
    for policy in policies:
        asyncio.set_event_loop_policy(policy)
        with ddm.Manager.open("state") as manager:
            asyncio.run(some(manager), debug=False)
            asyncio.run(some(manager), debug=False)
        with ddm.Manager.open("state") as manager:
            asyncio.run(some(manager), debug=False)


URL = sys.argv[2]
globals()[sys.argv[1]]()
