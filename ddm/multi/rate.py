"""A token bucket over all bodies: pure arithmetic, time is given.

libcurl's own MAX_RECV_SPEED_LARGE sends a whole second's budget in the first instant. This bucket
is filled every tick and a body callback that finds it empty pauses its transfer.
"""

from __future__ import annotations

from collections.abc import Callable

# Paused transfers are continued this often: smooth to within 30 % per quarter of a second, for 1 to
# 6 % of a CPU.
TICK_S = 0.05
# More than two ticks' worth is not saved up: what was not used is gone, a late tick is not.
BURST_S = 2 * TICK_S


class TokenBucket:
    """Bytes that may still be taken now.

    It may go into debt by one block, which the next ticks pay back.
    shut: whether bodies have to wait whatever there is in the bucket: nobody has room for them.
    """

    def __init__(
        self, bytes_per_s: int, now: float, shut: Callable[[], bool] = lambda: False
    ) -> None:
        self.shut = shut
        self._bytes_per_s = bytes_per_s
        self._tokens = bytes_per_s * TICK_S
        self._filled_at = now

    @property
    def limited(self) -> bool:
        """Whether there is a limit now."""
        return self._bytes_per_s > 0 or self.shut()

    @property
    def empty(self) -> bool:
        """Whether bodies have to wait for the next tick."""
        return self.shut() or (self._bytes_per_s > 0 and self._tokens <= 0)

    def take(self, size_bytes: int) -> bool:
        """Take a block if the bucket is not empty."""
        if self.empty:
            return False
        self._tokens -= size_bytes
        return True

    def refill(self, now: float) -> None:
        """Put in what has come since the last time."""
        grown = self._tokens + (now - self._filled_at) * self._bytes_per_s
        self._tokens = min(grown, self._bytes_per_s * BURST_S)
        self._filled_at = now
