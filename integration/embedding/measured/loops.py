"""The loops that somebody may have: DDM in each by its adapter, and anything else nested by hand.

Each is a function that runs a guest until it is idle, and ticks meanwhile. Where a loop's package is missing it raises
ImportError.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable
from contextlib import nullcontext

import ddm
from ddm.embed import on_asyncio
from integration.embedding.measured.callback_loops import by_glib, by_qt
from integration.embedding.measured.guests import Guest
from integration.embedding.measured.ticks import Ticks

Loop = Callable[[Guest, Ticks | None], None]


def own(guest: Guest, ticks: Ticks | None) -> None:
    """No loop but the guest's."""
    while not guest.idle:
        guest.turn(ticks.left_s() if ticks else None)
        if ticks:
            ticks.catch_up()


def by_selectors(guest: Guest, ticks: Ticks | None) -> None:
    """As docs/embedding.md has it for any other loop."""
    with selectors.DefaultSelector() as selector:
        selector.register(guest.fileno(), selectors.EVENT_READ)
        while not guest.idle:
            due_s = guest.deadline()
            left_s = None if due_s is None else max(0.0, due_s - time.monotonic())
            if ticks:
                left_s = ticks.left_s() if left_s is None else min(left_s, ticks.left_s())
            selector.select(left_s)
            guest.turn()
            if ticks:
                ticks.catch_up()


def by_asyncio(guest: Guest, ticks: Ticks | None) -> None:
    """In asyncio's own loop."""
    asyncio.run(_in_asyncio(guest, ticks))


def by_uvloop(guest: Guest, ticks: Ticks | None) -> None:
    """In uvloop."""
    import uvloop  # noqa: PLC0415  # where it is there

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_in_asyncio(guest, ticks))


def by_tornado(guest: Guest, ticks: Ticks | None) -> None:
    """In Tornado's."""
    from tornado.ioloop import IOLoop  # noqa: PLC0415  # where it is there

    IOLoop(make_current=False).run_sync(lambda: _in_asyncio(guest, ticks))


async def _in_asyncio(guest: Guest, ticks: Ticks | None) -> None:
    loop = asyncio.get_running_loop()

    def tick() -> None:
        loop.call_at(ticks.tick(), tick)

    if ticks:
        loop.call_at(ticks.due_s, tick)
    if isinstance(guest, ddm.Manager):
        async with on_asyncio(guest):
            await guest.quiet()
    else:
        await _nested_in_asyncio(guest, loop)


async def _nested_in_asyncio(guest: Guest, loop: asyncio.AbstractEventLoop) -> None:
    over = loop.create_future()
    timer: asyncio.TimerHandle | None = None

    def turn() -> None:
        nonlocal timer
        guest.turn()
        due_s = guest.deadline()
        if timer is not None and (due_s is None or timer.when() != due_s):
            timer.cancel()
            timer = None
        if due_s is not None and timer is None:
            timer = loop.call_at(due_s, on_time)
        if guest.idle and not over.done():
            over.set_result(None)

    def on_time() -> None:
        nonlocal timer
        timer = None
        turn()

    loop.add_reader(guest.fileno(), turn)
    turn()
    await over
    loop.remove_reader(guest.fileno())
    if timer is not None:
        timer.cancel()


def by_trio(guest: Guest, ticks: Ticks | None) -> None:
    """In trio."""
    import trio  # noqa: PLC0415  # where it is there

    from ddm.embed import on_trio  # noqa: PLC0415  # where it is there

    async def tick() -> None:
        while ticks:
            await trio.sleep(ticks.left_s())
            ticks.tick()

    async def nested() -> None:
        while not guest.idle:
            due_s = guest.deadline()
            left_s = None if due_s is None else max(0.0, due_s - time.monotonic())
            with nullcontext() if left_s is None else trio.move_on_after(left_s):
                await trio.lowlevel.wait_readable(guest.fileno())
            guest.turn()

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tick)
            if isinstance(guest, ddm.Manager):
                async with on_trio(guest):
                    await guest.quiet()
            else:
                await nested()
            nursery.cancel_scope.cancel()

    trio.run(main)


LOOPS: dict[str, Loop] = {
    "own loop": own,
    "selectors": by_selectors,
    "asyncio": by_asyncio,
    "uvloop": by_uvloop,
    "Tornado": by_tornado,
    "trio": by_trio,
    "GLib": by_glib,
    "Qt": by_qt,
}
