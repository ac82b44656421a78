"""A block of code whose downloads are over when it is."""
# ruff: noqa: PT012 - that a block as a whole raises is what a scope is about

import asyncio

import pytest

import ddm
from ddm import State
from ddm.embed import on_asyncio
from ddm.record import Wanted


class MishapError(Exception):
    """Something of the program's own."""


def run(manager, within):
    """`within` as a coroutine of asyncio, in whose loop the manager is."""

    async def main():
        async with on_asyncio(manager):
            return await within()

    return asyncio.run(main())


@pytest.fixture
def pending(server, tmp_path):
    """Adds a job that does not end by itself, and one that does; waits until the first is in work."""

    async def added(manager, scope):
        slow = scope.add(f"{server.url}/gated", tmp_path)
        done = scope.add(f"{server.url}/done", tmp_path)
        await done
        while not slow.view().done_bytes:
            await manager.probe(f"{server.url}/any")
        return slow

    return added


@pytest.fixture
def is_resumable(manager, server, until):
    """Lets a paused job go on, and be done."""

    def is_it(job):
        until(lambda: job.state is State.PAUSED)
        assert job.view().done_bytes > 0
        server.gate.set()
        server.end.set()
        job.resume()
        manager.wait(job)
        return job.result().stat().st_size == job.view().size_bytes

    return is_it


def test_left_normally_all_of_its_jobs_are_over(manager, server, tmp_path):
    async def within():
        async with manager.scope() as scope:
            jobs = [scope.add(f"{server.url}/{name}", tmp_path) for name in "abc"]
        assert scope.jobs == tuple(jobs)
        return [job.result().name for job in jobs]

    assert run(manager, within) == ["a", "b", "c"]


def test_without_a_loop_it_turns_the_manager(manager, server, tmp_path):
    with manager.scope() as scope:
        job = scope.add(f"{server.url}/a", tmp_path)

    assert job.result() == tmp_path / "a"


@pytest.mark.parametrize(
    ("others", "notes"),
    [
        ((), None),
        (("/none",), ["1 other job of this scope failed, too"]),
        (("/none", "/none"), ["2 other jobs of this scope failed, too"]),
    ],
)
def test_the_first_that_failed_is_raised_with_a_note_of_the_others(
    manager, server, tmp_path, others, notes
):
    with pytest.raises(ddm.DownloadError, match="404") as caught, manager.scope() as scope:
        good = scope.add(f"{server.url}/a", tmp_path)
        scope.add(f"{server.url}/none", tmp_path)
        for path in others:
            scope.add(server.url + path, tmp_path)

    assert good.result()
    assert getattr(caught.value, "__notes__", None) == notes


def test_a_failure_is_raised_to_who_awaits_too(manager, server, tmp_path):
    async def within():
        async with manager.scope() as scope:
            scope.add(f"{server.url}/none", tmp_path)
            scope.add(f"{server.url}/a", tmp_path)

    with pytest.raises(ddm.DownloadError, match="404"):
        run(manager, within)


def test_a_job_that_was_removed_meanwhile_has_failed(manager, server, tmp_path):
    with pytest.raises(ddm.DownloadError, match="was removed"), manager.scope() as scope:
        scope.add(f"{server.url}/gated", tmp_path).remove()


def test_a_job_that_is_resumed_meanwhile_is_waited_for(manager, server, tmp_path):
    with manager.scope() as scope:
        job = scope.add(f"{server.url}/a", tmp_path)
        job.pause()
        job.when_over(lambda _: scope.add(f"{server.url}/b", tmp_path))
        job.resume()

    assert [each.state for each in scope.jobs] == [State.DONE, State.DONE]


def test_left_by_an_exception_its_jobs_rest_and_can_go_on(manager, pending, is_resumable):
    left = []

    async def within():
        async with manager.scope() as scope:
            left.append(await pending(manager, scope))
            raise MishapError

    with pytest.raises(MishapError):
        run(manager, within)
    assert is_resumable(*left)


@pytest.mark.parametrize("inside", [True, False])
def test_left_by_a_cancellation_its_jobs_rest_and_can_go_on(manager, pending, is_resumable, inside):
    left, begun = [], asyncio.Event()

    async def scoped():
        async with manager.scope() as scope:
            left.append(await pending(manager, scope))
            asyncio.get_running_loop().call_soon(begun.set)
            if inside:
                await asyncio.Event().wait()

    async def within():
        task = asyncio.ensure_future(scoped())
        await begun.wait()
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        run(manager, within)
    assert is_resumable(*left)


def test_the_jobs_of_a_task_that_is_thrown_away_rest(manager, server, tmp_path, is_resumable):
    jobs = []

    async def scoped():
        async with manager.scope() as scope:
            jobs.append(scope.add(f"{server.url}/gated", tmp_path))

    async def within():
        thrown_away = scoped()
        thrown_away.send(None)
        while not jobs[0].view().done_bytes:
            await manager.probe(f"{server.url}/any")
        thrown_away.close()

    run(manager, within)
    assert is_resumable(*jobs)


def test_what_interrupts_a_plain_block_is_raised_and_its_jobs_rest(
    manager, server, tmp_path, until, is_resumable
):
    with pytest.raises(KeyboardInterrupt), manager.scope() as scope:
        job = scope.add(f"{server.url}/gated", tmp_path)
        until(lambda: job.view().done_bytes)
        raise KeyboardInterrupt

    assert is_resumable(job)
    assert scope.jobs == (job,)


def test_what_interrupts_its_waiting_is_raised_and_its_jobs_rest(
    manager, server, tmp_path, is_resumable
):
    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), manager.scope() as scope:
        job = scope.add(f"{server.url}/gated", tmp_path)
        manager.wait(manager.probe(f"{server.url}/any"))
        while not job.view().done_bytes:
            manager.turn(None)
        scope.add(f"{server.url}/a", tmp_path).when_over(interrupt)

    assert is_resumable(job)


def test_of_a_manager_that_closes_meanwhile_jobs_keep_what_they_have(
    open_manager, server, tmp_path
):
    manager = open_manager(tmp_path / "state")
    with pytest.raises(ddm.ClosedError), manager.scope() as scope:
        job = scope.add(f"{server.url}/gated", tmp_path)
        scope.add(f"{server.url}/a", tmp_path).when_over(lambda _: manager.close())

    assert open_manager(tmp_path / "state")._house.store.get(job.id).wanted is Wanted.RUN


def test_what_rests_rests_also_if_the_manager_is_closed_at_once(open_manager, server, tmp_path):
    with (
        pytest.raises(MishapError),
        open_manager(tmp_path / "state") as first,
        first.scope() as scope,
    ):
        scope.add(f"{server.url}/a", tmp_path)
        raise MishapError

    (view,) = open_manager(tmp_path / "state").views()
    assert view.state is State.PAUSED


def test_each_kind_of_block_says_where_it_belongs(manager):
    async def plain():
        with manager.scope():
            pass

    with pytest.raises(ddm.UsageError, match="asyncio turns this manager"):
        run(manager, plain)

    async def too_early():
        async with manager.scope():
            pass

    with pytest.raises(ddm.UsageError, match="nobody turns this manager"):
        asyncio.run(too_early())


def test_a_closed_manager_has_no_scopes(manager):
    manager.close()
    with pytest.raises(ddm.ClosedError), manager.scope():
        pass
