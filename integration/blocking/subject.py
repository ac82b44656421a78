"""The process that is measured: a manager that works on a queue, and keeps account of each of its turns.

    python -m integration.blocking.subject STATE_DIR REPORT

It is told to stop by the end of its stdin, and writes what it measured to REPORT then.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from select import select

import msgspec
from msgspec import Struct

from ddm.house import House
from ddm.limits import Limits
from ddm.turns import TurnFigures
from integration.blocking.stream import FILE_BYTES
from integration.blocking.turns import Turn, Turns

CONNECTIONS = 64
# So that many small files of one server end together.
LIMITS = Limits(max_connections_per_host=CONNECTIONS)
_SAMPLE_S = 0.02


class Report(Struct, frozen=True):
    """What was measured.

    samples: the bytes of the stream that were written to its files, so many until that moment of the
    monotonic clock. turns: those that were not short; count: of all. own: what the manager itself says of its turns.
    """

    turns: list[Turn]
    count: int
    own: TurnFigures
    samples: list[tuple[float, int]]


class _Account:
    """Counts what is written to the files of the stream, which are told by their length."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, int]] = []
        self._bytes = 0
        self._pwritev = os.pwritev
        os.pwritev = self._counting  # type: ignore[assignment]  # the product's own door to the disk

    def _counting(self, fd: int, buffers: Sequence[memoryview], offset: int) -> int:
        written = self._pwritev(fd, buffers, offset)
        if os.fstat(fd).st_size == FILE_BYTES:
            self._bytes += written
        return written

    def look(self) -> None:
        """Note how much there is, now and then."""
        now_s = time.monotonic()
        if not self.samples or now_s - self.samples[-1][0] >= _SAMPLE_S:
            self.samples.append((now_s, self._bytes))


def main(arguments: Sequence[str]) -> int:
    """Work until stdin ends."""
    state_dir, report = map(Path, arguments)
    account, turns, stopping = _Account(), Turns(), False
    with House.open(state_dir, LIMITS) as manager:
        manager.work_on(None)
        while not (stopping and manager.idle):
            due_s = manager.reactor.deadline()
            wait_s = None if due_s is None else max(0.0, due_s - time.monotonic())
            ready, _, _ = select([manager] if stopping else [manager, 0], [], [], wait_s)
            with turns.one():
                manager.turn(0)
            account.look()
            if 0 in ready:
                stopping = True
                manager.stop()
        own = manager.turns()
    found = Report(turns.kept, turns.count, own, account.samples)
    report.write_bytes(msgspec.json.encode(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
