"""A job that is begun and not over: its server holds the rest back until it is told to go on."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ddm import Job
from ddm.byteranges import ByteRange, RangeSet
from integration.embedding.stage import Stage
from integration.servers.behaviours import Gated
from integration.servers.bodies import body

MIB = 1 << 20
_SIZE_BYTES, _BEFORE_THE_GATE_BYTES = 4 * MIB, 1 * MIB


class Adding(Protocol):
    """A manager, or a scope."""

    def add(self, url: str, dest: Path) -> Job:
        """Queue a download."""


class Held:
    """A file of which the server gives a quarter before it waits. content: all of it."""

    def __init__(self, stage: Stage, name: str = "held") -> None:
        self.content = body(_SIZE_BYTES, len(name))
        self._stage = stage
        self._name = name
        self._gate = Gated(self.content, limit_bytes=_BEFORE_THE_GATE_BYTES)
        self._url = stage.server.add(f"/{name}", self._gate)

    def add(self, manager: Adding) -> Job:
        """Queue it."""
        return manager.add(self._url, self._stage.to(self._name))

    async def begun(self, job: Job) -> None:
        """Wait until some of it is there; the rest is held back."""
        await self._stage.until(f"{self._name} is begun", lambda: job.view().done_bytes)

    def release(self) -> None:
        """Let everybody have the rest."""
        self._gate.release()

    @property
    def asked(self) -> list[RangeSet]:
        """The ranges that were asked for, in order."""
        requests = self._stage.server.requests(f"/{self._name}")
        return [_range(request.range) for request in requests]

    def fetched_twice(self, after: int, kept: RangeSet) -> RangeSet:
        """What was there, and was asked for again by a request after so many."""
        again = RangeSet()
        for asked in self.asked[after:]:
            again = again.union(asked)
        return kept.minus(kept.minus(again))


def _range(asked: tuple[int, int | None] | None) -> RangeSet:
    start, stop = asked or (0, None)
    return RangeSet((ByteRange(start, stop or _SIZE_BYTES),))
