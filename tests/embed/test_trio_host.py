"""In trio's loop."""

import shutil

import pytest

from ddm.embed.guest import Guest
from ddm.errors import ClosedError, DownloadError, StateError, UsageError
from integration.embedding.packages import why_not

if (reason := why_not("trio")) is not None:
    pytest.skip(reason, allow_module_level=True)

import itertools

import trio
import trio.testing

from ddm.embed import on_trio

BODY = bytes(range(256)) * 100


def test_a_job_is_awaited(manager, server, tmp_path):
    async def main():
        async with on_trio(manager):
            return await manager.add(f"{server.url}/file", tmp_path)

    assert trio.run(main).read_bytes() == BODY


def test_the_others_have_their_turn_after_each_of_the_managers(manager, server, tmp_path):
    ticks = []

    async def tick():
        while True:
            ticks.append(manager.turns().count)
            await trio.lowlevel.checkpoint()

    async def main():
        async with on_trio(manager), trio.open_nursery() as nursery:
            nursery.start_soon(tick)
            await manager.add(f"{server.url}/file", tmp_path)
            nursery.cancel_scope.cancel()

    trio.run(main)
    assert max(after - before for before, after in itertools.pairwise(ticks)) <= 2


def test_what_the_block_raises_comes_out_as_it_is(manager, server, tmp_path):
    async def main():
        async with on_trio(manager):
            await manager.add(f"{server.url}/none", tmp_path)

    with pytest.raises(DownloadError, match="404"):
        trio.run(main)


def test_a_group_that_the_block_raises_comes_out_as_it_is(manager):
    async def fail():
        raise ValueError

    async def main():
        async with on_trio(manager), trio.open_nursery() as nursery:
            nursery.start_soon(fail)

    with pytest.raises(ExceptionGroup) as caught:
        trio.run(main)
    assert [type(error) for error in caught.value.exceptions] == [ValueError]


def test_cancelling_who_waits_leaves_the_job(manager, server, tmp_path):
    async def main():
        async with on_trio(manager):
            job = manager.add(f"{server.url}/gated", tmp_path)
            with trio.CancelScope() as scope:
                scope.cancel()
                await job
            assert scope.cancelled_caught
            server.gate.set()
            server.end.set()
            return await job

    assert trio.run(main).stat().st_size == 4 << 20


def test_cancelling_the_block_takes_the_manager_off(manager, server, tmp_path):
    async def main():
        with trio.CancelScope() as scope:
            async with on_trio(manager):
                job = manager.add(f"{server.url}/gated", tmp_path)
                scope.cancel()
                await job
        return job

    assert not trio.run(main).over
    server.gate.set()
    server.end.set()
    assert manager.wait(manager.quiet())


def test_it_goes_on_in_the_next_block(manager, server, tmp_path):
    job = manager.add(f"{server.url}/gated", tmp_path)

    async def begin():
        async with on_trio(manager):
            await manager.add(f"{server.url}/file", tmp_path)

    async def go_on():
        async with on_trio(manager):
            return await job

    trio.run(begin)
    assert not job.over
    server.gate.set()
    server.end.set()
    assert trio.run(go_on).exists()


def test_one_loop_has_it_at_a_time(manager):
    async def main():
        async with on_trio(manager):
            with pytest.raises(UsageError, match="trio turns this manager"):
                async with on_trio(manager):
                    pass

    trio.run(main)


def test_outside_of_trio_it_says_so(manager):
    with pytest.raises(UsageError, match="trio's loop"):
        on_trio(manager).__aenter__().send(None)


def test_a_queue_that_is_gone_is_told_to_who_waits_and_to_who_leaves(manager, server, tmp_path):
    async def main():
        async with on_trio(manager):
            job = manager.add(f"{server.url}/gated", tmp_path)
            await manager.add(f"{server.url}/file", tmp_path)
            shutil.rmtree(tmp_path / "state")
            with pytest.raises(StateError, match="removed"):
                await job

    with pytest.raises(StateError, match="removed"):
        trio.run(main)


def test_closing_it_within_ends_the_waiting(manager, server, tmp_path):
    async def main():
        async with on_trio(manager), trio.open_nursery() as nursery:
            job = manager.add(f"{server.url}/gated", tmp_path)

            async def wait():
                with pytest.raises(ClosedError):
                    await job

            nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            manager.close()

    trio.run(main)


def test_closing_it_in_a_callback_ends_the_driving(manager, server, tmp_path):
    async def main():
        async with on_trio(manager):
            job = manager.add(f"{server.url}/file", tmp_path)
            job.when_over(lambda _: manager.close())
            await job
            await trio.testing.wait_all_tasks_blocked()

    trio.run(main)


def test_a_callback_is_called_also_if_it_was_over_before(manager, server, tmp_path):
    called = []

    async def main():
        async with on_trio(manager):
            job = manager.add(f"{server.url}/file", tmp_path)
            await job
            await trio.testing.wait_all_tasks_blocked()
            job.when_over(called.append)
            assert called == []
            await trio.testing.wait_all_tasks_blocked()
            assert called == [job]
            job.when_over(called.append)
        return job

    job = trio.run(main)
    assert called == [job, job]


def test_what_a_callback_raises_ends_the_block(manager, server, tmp_path):
    async def main():
        async with on_trio(manager):
            job = manager.add(f"{server.url}/file", tmp_path)
            job.when_over(lambda _: 1 / 0)
            await trio.sleep_forever()

    with pytest.raises(ZeroDivisionError):
        trio.run(main)


def test_errors_of_several_callbacks_come_out_together(manager, server, tmp_path):
    async def main():
        async with on_trio(manager):
            job = manager.add(f"{server.url}/file", tmp_path)
            job.when_over(lambda _: 1 / 0)
            job.when_over(lambda _: {}[1])
            await trio.sleep_forever()

    with pytest.raises(ExceptionGroup) as caught:
        trio.run(main)
    assert [type(e) for e in caught.value.exceptions] == [ZeroDivisionError, KeyError]


def test_ctrl_c_never_interrupts_a_turn(manager, server, tmp_path, monkeypatch):
    protected = []

    def turn(self):
        protected.append(trio.lowlevel.currently_ki_protected())
        return real(self)

    real = Guest.turn
    monkeypatch.setattr(Guest, "turn", turn)

    async def main():
        async with on_trio(manager):
            await manager.add(f"{server.url}/file", tmp_path)

    trio.run(main)
    assert set(protected) == {True}


def test_an_idle_manager_leaves_the_loop_alone(manager):
    async def main():
        async with on_trio(manager):
            await manager.quiet()
            await trio.testing.wait_all_tasks_blocked()
            before = manager.turns().count
            for _ in range(100):
                await trio.lowlevel.checkpoint()
            return manager.turns().count - before

    assert trio.run(main) <= 2
