"""What a scene did to the loop and to other jobs."""

from __future__ import annotations

from statistics import mean, median

from msgspec import Struct

from integration.blocking import stream
from integration.blocking.subject import Report
from integration.blocking.turns import Turn

TURN_MAX_S = 0.05
THROUGHPUT_LEAST = 0.9


class Figures(Struct, frozen=True):
    """Of one scene.

    seconds: how long it was. longest: its longest turn by the clock; None if none was worth keeping.
    held: the one that was ours for the longest. before: the stream's bytes per second in each window of the rest
    before it; during: in its own.
    """

    seconds: float
    longest: Turn | None
    held: Turn | None
    before: list[float]
    during: list[float]

    @property
    def longest_s(self) -> float:
        """The longest turn by the clock."""
        return self.longest.wall_s if self.longest else 0.0

    @property
    def throughput(self) -> float:
        """What the other jobs had of what they have undisturbed."""
        return mean(self.during) / median(self.before)

    @property
    def worst_window(self) -> float:
        """The same, of the half second that was worst."""
        return min(self.during) / median(self.before)

    @property
    def worst_undisturbed(self) -> float:
        """The same, of the rest before."""
        return min(self.before) / median(self.before)

    @property
    def missed(self) -> str:
        """What is not as it should be, by the clock; "" if all is."""
        return self._said(self.longest, self.longest_s)

    @property
    def missed_by_us(self) -> str:
        """The same, but without the time in which a turn waited for a processor that others had."""
        return self._said(self.held, self.held.held_s if self.held else 0.0)

    def _said(self, turn: Turn | None, turn_s: float) -> str:
        missed = []
        if turn is not None and turn_s > TURN_MAX_S:
            missed.append(
                f"a turn of {turn.wall_s * 1000:.0f} ms ({turn.cpu_s * 1000:.0f} ms of the processor,"
                f" {turn.queued_s * 1000:.0f} ms waiting for one) in {turn.where}"
            )
        if self.throughput < THROUGHPUT_LEAST:
            missed.append(f"other jobs had {self.throughput:.2f} of their throughput")
        return "; ".join(missed)


def figures(report: Report, rest_s: float, begun_s: float, over_s: float) -> Figures:
    """Those of the stretch from `begun_s` to `over_s`, compared with the rest from `rest_s` on."""
    turns = [
        turn
        for turn in report.turns
        if begun_s <= turn.begun_s + turn.wall_s and turn.begun_s <= over_s
    ]
    return Figures(
        seconds=over_s - begun_s,
        longest=max(turns, key=lambda turn: turn.wall_s, default=None),
        held=max(turns, key=lambda turn: turn.held_s, default=None),
        before=stream.windows(report.samples, rest_s, begun_s),
        during=stream.windows(report.samples, begun_s, over_s),
    )
