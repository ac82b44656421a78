"""In asyncio's loop."""

import asyncio
import os
import shutil
import socket

import pytest

from ddm.embed import on_asyncio
from ddm.errors import ClosedError, DownloadError, StateError, UsageError
from ddm.record import State

BODY = bytes(range(256)) * 100


def test_a_job_is_awaited(manager, server, tmp_path):
    async def main():
        async with on_asyncio(manager):
            return await manager.add(f"{server.url}/file", tmp_path)

    assert asyncio.run(main()).read_bytes() == BODY


def test_the_loop_does_other_things_meanwhile(manager, server, tmp_path):
    async def main():
        async with on_asyncio(manager):
            job = manager.add(f"{server.url}/gated", tmp_path)
            both = asyncio.gather(job, asyncio.to_thread(server.gate.set), return_exceptions=True)
            server.end.set()
            return await both

    path, _ = asyncio.run(main())
    assert path.stat().st_size == 4 << 20


def test_a_failure_is_raised_where_it_is_awaited(manager, server, tmp_path):
    async def main():
        async with on_asyncio(manager):
            await manager.add(f"{server.url}/none", tmp_path)

    with pytest.raises(DownloadError, match="404"):
        asyncio.run(main())


def test_cancelling_who_waits_leaves_the_job(manager, server, tmp_path):
    async def main():
        async with on_asyncio(manager):
            job = manager.add(f"{server.url}/gated", tmp_path)
            waiting = asyncio.ensure_future(anext(aiter_of(job)))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            server.gate.set()
            server.end.set()
            return await job

    assert asyncio.run(main()).stat().st_size == 4 << 20


async def aiter_of(pending):
    yield await pending


def test_it_goes_on_in_the_next_loop(manager, server, tmp_path):
    job = manager.add(f"{server.url}/gated", tmp_path)

    async def begin():
        async with on_asyncio(manager):
            done = asyncio.Event()
            manager.add(f"{server.url}/file", tmp_path).when_over(lambda _: done.set())
            await done.wait()

    async def go_on():
        async with on_asyncio(manager):
            return await job

    asyncio.run(begin())
    assert not job.over
    server.gate.set()
    server.end.set()
    assert asyncio.run(go_on()).exists()


def test_who_has_left_turns_it_no_more(manager, server, tmp_path):
    async def main():
        turned = []
        for rounds in range(20):
            async with on_asyncio(manager):
                manager.add(f"{server.url}/file", tmp_path)
                for _ in range(rounds):
                    await asyncio.sleep(0)
            before = manager.turns().count
            for _ in range(3):
                await asyncio.sleep(0)
            turned.append(manager.turns().count - before)
        return turned

    assert set(asyncio.run(main())) == {0}


def test_one_loop_has_it_at_a_time(manager):
    async def main():
        async with on_asyncio(manager):
            with pytest.raises(UsageError, match="asyncio turns this manager"):
                async with on_asyncio(manager):
                    pass

    asyncio.run(main())


def test_a_queue_that_is_gone_is_told_to_who_waits_and_to_who_leaves(manager, server, tmp_path):
    async def main():
        async with on_asyncio(manager):
            job = manager.add(f"{server.url}/gated", tmp_path)
            await manager.add(f"{server.url}/file", tmp_path)
            shutil.rmtree(tmp_path / "state")
            with pytest.raises(StateError, match="removed"):
                await job

    with pytest.raises(StateError, match="removed"):
        asyncio.run(main())


def test_closing_it_within_ends_the_waiting(manager, server, tmp_path):
    async def main():
        async with on_asyncio(manager):
            job = manager.add(f"{server.url}/gated", tmp_path)
            asyncio.get_running_loop().call_soon(manager.close)
            with pytest.raises(ClosedError):
                await job

    asyncio.run(main())


def test_leaving_after_that_leaves_alone_who_has_the_number_of_its_descriptor(manager):
    async def main():
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            async with on_asyncio(manager):
                fd = manager.fileno()
                manager.close()
                os.dup2(ours.fileno(), fd)
                readable = asyncio.Event()
                loop.add_reader(fd, readable.set)
            theirs.send(b"!")
            await readable.wait()
            loop.remove_reader(fd)
            os.close(fd)

    asyncio.run(main())


def test_what_a_callback_raises_is_the_loops(manager, server, tmp_path):
    async def main():
        told, loop = [], asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
        async with on_asyncio(manager):
            job = manager.add(f"{server.url}/file", tmp_path)
            job.when_over(lambda _: 1 / 0)
            await job
            await manager.quiet()
        return told

    assert [type(error) for error in asyncio.run(main())] == [ZeroDivisionError]


def test_an_idle_manager_leaves_the_loop_alone(manager):
    async def main():
        async with on_asyncio(manager):
            await manager.quiet()
            before = manager.turns().count
            for _ in range(100):
                await asyncio.sleep(0)
            return manager.turns().count - before

    assert asyncio.run(main()) <= 2


def test_a_stop_is_awaited(manager, server, tmp_path):
    async def main():
        async with on_asyncio(manager):
            job = manager.add(f"{server.url}/gated", tmp_path)
            await manager.add(f"{server.url}/file", tmp_path)
            await manager.stop()
            return job

    assert asyncio.run(main()).state is State.QUEUED


class Restless:
    """A member of a reactor that always wants a turn; what: called in each."""

    def __init__(self, what=lambda: None):
        self.what = what

    def deadline(self):
        return 0.0

    def run(self, now):
        self.what()


def test_the_loop_has_a_round_for_others_between_two_turns(manager):
    manager._house.reactor.join(Restless(manager._house.poke))  # so that it is readable, too

    async def main():
        async with on_asyncio(manager):
            before = manager.turns().count
            for _ in range(100):
                await asyncio.sleep(0)
            return manager.turns().count - before

    assert asyncio.run(main()) <= 100


def test_who_was_due_before_goes_before_the_next_turn(manager):
    seen = []

    async def main():
        loop = asyncio.get_running_loop()
        over = loop.create_future()

        def turn():
            seen.append("turn")
            if len(seen) == 3:
                loop.call_at(loop.time(), seen.append, "timer")
            if len(seen) == 5:
                over.set_result(None)

        manager._house.reactor.join(Restless(turn))
        async with on_asyncio(manager):
            await over

    asyncio.run(main())
    assert seen[:5] == ["turn", "turn", "turn", "timer", "turn"]
