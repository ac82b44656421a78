"""Ranges that two transfers fetch at once: who comes second writes what is there already, and that is no fault."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ddm.byteranges import RangeSet
from ddm.testing.body import Body, Version
from ddm.testing.reply import Sent


@dataclass(slots=True)
class _Flight:
    """A transfer under way: of what, from where to where."""

    body: Body
    start: int
    stop: int


class Hedges:
    """Fits `network.Onlooker`."""

    def __init__(self) -> None:
        self._live: dict[int, _Flight] = {}
        self._twice: dict[int, RangeSet] = defaultdict(RangeSet)  # by the body's id

    def started(self, transfer_id: int, sent: Sent) -> None:  # noqa: D102 - as network.Onlooker has it
        body, asked = sent.reply.body, sent.asked
        if asked is None or body is None:
            return
        flight = _Flight(body, asked.start, asked.stop)
        for other in self._live.values():
            start, stop = max(flight.start, other.start), min(flight.stop, other.stop)
            if other.body is flight.body and start < stop:
                twice = self._twice[id(flight.body)]
                self._twice[id(flight.body)] = twice.union(RangeSet.of(start, stop))
        self._live[transfer_id] = flight

    def shortened(self, transfer_id: int, stop: int) -> None:  # noqa: D102
        if transfer_id in self._live:
            self._live[transfer_id].stop = stop

    def ended(self, transfer_id: int, now: float) -> None:  # noqa: ARG002, D102
        self._live.pop(transfer_id, None)

    def died(self) -> None:
        """The process is gone, with every transfer."""
        self._live.clear()

    def of(self, versions: Iterable[Version]) -> RangeSet:
        """What of these versions was ever fetched by two at once."""
        twice = RangeSet()
        for version in versions:
            twice = twice.union(self._twice.get(id(version.body), RangeSet()))
        return twice
