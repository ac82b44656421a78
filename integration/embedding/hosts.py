"""The loops that the suite plays in, by the names they have in `packages`."""

from __future__ import annotations

from collections.abc import Callable

from integration.embedding.callback_loops import GLibLoop, QtLoop
from integration.embedding.coroutine_loops import Asyncio, Tornado, Trio, Uvloop
from integration.embedding.own_loops import OwnLoop, PlainSelectors
from integration.embedding.stage import Host

_ALL: tuple[Callable[[], Host], ...] = (
    OwnLoop,
    PlainSelectors,
    Asyncio,
    Uvloop,
    Tornado,
    Trio,
    GLibLoop,
    QtLoop,
)
LOOPS = {loop.name: loop for loop in _ALL}
WITH_COROUTINES = [name for name, loop in LOOPS.items() if loop.coroutines]
