"""What the callbacks of transfers leave for the turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ddm.http.response import Ask
from ddm.multi.budget import Budget
from ddm.multi.guarded import Interrupt
from ddm.turns import Lap

if TYPE_CHECKING:
    from ddm.multi.transfer import Transfer


class Notes(Struct):
    """Of all transfers, and what they ask.

    lap: told what a stretch of the turn was. budget: who may take bytes in this turn.
    collecting: those that collected something, or wrote it already, in this turn. asking: those that have a head to
    be looked at. interrupt: what is to be raised once libcurl has been left.
    """

    wall: Callable[[], float]
    lap: Lap
    budget: Budget[Transfer]
    collecting: deque[Transfer] = field(default_factory=deque)
    asking: deque[tuple[Transfer, Ask]] = field(default_factory=deque)
    interrupt: Interrupt = field(default_factory=Interrupt)
