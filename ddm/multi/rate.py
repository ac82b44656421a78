"""Tokens for bytes, pure arithmetic: how many come, and who gets how many of them.

libcurl's own MAX_RECV_SPEED_LARGE sends a whole second's budget in the first instant. A bucket is
filled every tick, and a body callback that finds it empty pauses its transfer (`throttle`).
"""

from __future__ import annotations

from collections.abc import Sequence

# Paused transfers are continued this often: smooth to within 30 % per quarter of a second, for 1 to
# 6 % of a CPU.
TICK_S = 0.05
# What nobody waits for is saved up for one tick: with the next one, no more than two come at once after a silence.
SAVED_S = TICK_S
# A late tick is not lost, unless it is later than any turn should be: a process that was stopped is not owed that.
LATE_S = 5 * TICK_S


class TokenBucket:
    """Bytes that may still be taken now.

    It may go into debt by one block, which the next ticks pay back. bytes_per_s: more than 0.
    """

    __slots__ = ("bytes_per_s", "tokens")

    def __init__(self, bytes_per_s: int) -> None:
        self.bytes_per_s = bytes_per_s
        self.tokens = bytes_per_s * TICK_S

    def fill(self, elapsed_s: float, *, waited: bool) -> None:
        """Put in what has come since the last time; waited: whether somebody would have taken it."""
        if waited:
            self.tokens += min(elapsed_s, LATE_S) * self.bytes_per_s
        else:
            grown = self.tokens + elapsed_s * self.bytes_per_s
            self.tokens = min(grown, self.bytes_per_s * SAVED_S)


def divide(amount: float, rooms: Sequence[float]) -> list[float]:
    """As evenly as it goes: nobody gets more than there is room for, and what one leaves goes to the others.

    "Max-min fairness" (Bertsekas and Gallager, Data Networks, 6.5.2). Nothing of a negative amount.
    """
    parts = [0.0] * len(rooms)
    left = max(0.0, amount)
    by_room = sorted(range(len(rooms)), key=rooms.__getitem__)
    for served, place in enumerate(by_room):
        parts[place] = max(0.0, min(rooms[place], left / (len(rooms) - served)))
        left -= parts[place]
    return parts
