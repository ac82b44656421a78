"""A run as SVG: speed, connections, and every request, over time. Readable in the light and in the dark."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from xml.sax.saxutils import escape

from integration.drawing.house import Run
from integration.drawing.recorder import Fate, Flight

_MIB = 1 << 20
_BIN_S = 0.05
_WIDTH, _LEFT, _RIGHT = 960, 64, 16
_TOP, _SPEED, _COUNT, _GAP, _LANE, _BOTTOM = 48, 150, 70, 26, 9, 64
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600; font-size: 14px }
.paper { fill: #ffffff } .grid { stroke: #d8dee4 } .axis { stroke: #59636e }
.speed { fill: #0969da33; stroke: #0969da } .count { fill: none; stroke: #59636e; stroke-width: 1.5 }
.whole { fill: #54aeff } .given-up { fill: #afb8c1 } .broken { fill: #d4a72c } .refused { fill: #cf222e }
.doubles { stroke: #8250df; stroke-width: 1.5 } .split { stroke: #1f2328; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .paper { fill: #0d1117 } .grid { stroke: #30363d } .axis { stroke: #9198a1 }
  .speed { fill: #4493f833; stroke: #4493f8 } .count { stroke: #9198a1 }
  .whole { fill: #1f6feb } .given-up { fill: #59636e } .broken { fill: #d29922 } .refused { fill: #f85149 }
  .doubles { stroke: #be8fff } .split { stroke: #e6edf3 }
}
"""


def svg(run: Run, title: str) -> str:
    """The picture."""
    return "\n".join(_Picture(run).lines(title)) + "\n"


class _Picture:
    """One run, with its scales."""

    def __init__(self, run: Run) -> None:
        recorder = run.recorder
        self._begun_s = run.begun_s
        self._flights = recorder.flights
        self._samples = recorder.samples
        self._end_s = max(self._samples[-1][0] - run.begun_s, _BIN_S)
        self._lanes = 1 + max(flight.lane for flight in self._flights)
        self._speeds = list(self._binned())
        self._count_y = _TOP + _SPEED + _GAP
        self._lanes_y = self._count_y + _COUNT + _GAP
        self._foot_y = self._lanes_y + _LANE * self._lanes
        self._height = self._foot_y + _BOTTOM

    def lines(self, title: str) -> Iterator[str]:
        """The document."""
        size = f'viewBox="0 0 {_WIDTH} {self._height}" width="{_WIDTH}" height="{self._height}"'
        yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
        yield f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        yield f'<rect class="paper" width="{_WIDTH}" height="{self._height}"/>'
        yield f'<text class="title" x="{_LEFT}" y="18">{escape(title)}</text>'
        yield f'<text x="{_LEFT}" y="36">{escape(self._summary())}</text>'
        yield from self._time_axis()
        yield from self._speed()
        yield from self._count()
        yield from self._requests()
        yield from self._legend()
        yield "</svg>"

    def _summary(self) -> str:
        done = self._samples[-1][1] / _MIB
        fates = [flight.fate for flight in self._flights]
        told = [f"{done:.0f} MiB in {self._end_s:.2f} s, {done / self._end_s:.0f} MiB/s"]
        told.append(f"{len(fates)} requests")
        told += [f"{fates.count(fate)} {fate.value}" for fate in list(Fate)[1:] if fate in fates]
        told.append(f"{sum(len(flight.split_s) for flight in self._flights)} splits")
        told.append(f"{sum(flight.doubles for flight in self._flights)} doubled")
        return ", ".join(told)

    # -- scales ------------------------------------------------------------------------------------

    def _x(self, after_s: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * after_s / self._end_s, 1)

    def _binned(self) -> Iterator[float]:
        """MiB/s in each 50 ms: what came between its ends."""
        times = [moment - self._begun_s for moment, _, _ in self._samples]
        done = [0, *(done for _, done, _ in self._samples)]
        bins = math.ceil(self._end_s / _BIN_S)
        marks = [done[bisect_right(times, number * _BIN_S)] for number in range(bins + 1)]
        for before, after in pairwise(marks):
            yield (after - before) / _MIB / _BIN_S

    # -- panels ------------------------------------------------------------------------------------

    def _time_axis(self) -> Iterator[str]:
        for after_s in _ticks(self._end_s, 10):
            x = self._x(after_s)
            yield f'<path class="grid" d="M{x} {_TOP}V{self._foot_y}"/>'
            yield f'<text x="{x}" y="{self._foot_y + 16}" text-anchor="middle">{after_s:g}</text>'
        yield f'<text x="{_WIDTH - _RIGHT}" y="{self._foot_y + 32}" text-anchor="end">seconds</text>'

    def _scale(self, y: int, height: int, most: float, unit: str) -> Iterator[str]:
        for value in _ticks(most, 4):
            at = round(y + height * (1 - value / most), 1)
            yield f'<path class="grid" d="M{_LEFT} {at}H{_WIDTH - _RIGHT}"/>'
            yield f'<text x="{_LEFT - 6}" y="{at + 4}" text-anchor="end">{value:g}</text>'
        yield f'<text x="{_LEFT}" y="{y - 6}">{unit}</text>'

    def _speed(self) -> Iterator[str]:
        most = max(self._speeds) * 1.05 or 1.0
        yield from self._scale(_TOP + 14, _SPEED - 14, most, "MiB/s, over 50 ms")
        foot = _TOP + _SPEED
        steps = [f"M{_LEFT} {foot}"]
        for number, speed in enumerate(self._speeds):
            y = round(foot - (_SPEED - 14) * speed / most, 1)
            steps.append(f"V{y}H{self._x(min((number + 1) * _BIN_S, self._end_s))}")
        yield f'<path class="speed" d="{"".join(steps)}V{foot}Z"/>'

    def _count(self) -> Iterator[str]:
        most = max(count for _, _, count in self._samples)
        foot = self._count_y + _COUNT
        yield from self._scale(self._count_y, _COUNT, most, "connections in use")
        steps, last = [f"M{_LEFT} {foot}"], 0
        for moment, _, count in self._samples:
            if count != last:
                y = round(foot - _COUNT * count / most, 1)
                steps.append(f"H{self._x(moment - self._begun_s)}V{y}")
                last = count
        yield f'<path class="count" d="{"".join(steps)}H{self._x(self._end_s)}"/>'

    def _requests(self) -> Iterator[str]:
        yield f'<text x="{_LEFT}" y="{self._lanes_y - 6}">requests, each in the first lane that was free</text>'
        for flight in self._flights:
            yield from self._bar(flight)

    def _bar(self, flight: Flight) -> Iterator[str]:
        y = self._foot_y - _LANE * (flight.lane + 1)
        x = self._x(flight.begun_s - self._begun_s)
        ended_s = self._end_s if flight.ended_s is None else flight.ended_s - self._begun_s
        width = max(round(self._x(ended_s) - x - 0.5, 1), 2 if flight.fate is Fate.REFUSED else 0.5)
        kind = flight.fate.value.replace(" ", "-") + (" doubles" if flight.doubles else "")
        yield f'<rect class="{kind}" x="{x}" y="{y + 1}" width="{width}" height="{_LANE - 2}"/>'
        for moment in flight.split_s:
            yield f'<path class="split" d="M{self._x(moment - self._begun_s)} {y}v{_LANE}"/>'

    def _legend(self) -> Iterator[str]:
        x, y = _LEFT, self._foot_y + 52
        words = [(fate.value.replace(" ", "-"), fate.value) for fate in Fate]
        for kind, said in (*words, ("whole doubles", "asks for bytes that are on their way")):
            yield f'<rect class="{kind}" x="{x}" y="{y - 8}" width="18" height="{_LANE - 1}"/>'
            yield f'<text x="{x + 24}" y="{y}">{said}</text>'
            x += 44 + 7 * len(said)
        yield f'<path class="split" d="M{x} {y - 9}v{_LANE + 1}"/><text x="{x + 8}" y="{y}">made to end earlier</text>'


def _ticks(most: float, about: int) -> Iterator[float]:
    """Round numbers from 0 on, about so many."""
    raw = most / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    for number in range(int(most / step) + 1):
        yield round(number * step, 10)
