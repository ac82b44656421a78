"""What `bench` found out about counts of connections, and what follows of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ddm.failures import Failure
from ddm.lesson import Lesson

# Fewer connections are recommended as long as they bring all but this part of the best speed.
_WORTH = 0.10


class Measured(Struct, frozen=True):
    """One count of connections.

    used: the most that were under way at once; a small file gets fewer. seconds: from the beginning, before a
    connection is made. throttled: answers 429 and 503, and connections that were cut before their first byte beside
    others. errors: other requests that failed, also where a next try went well. failure: what ended it before enough
    had come. cut_short: its time was over, or somebody wanted it to stop. bore: how many went on when one was
    throttled; refusal: with which answer, "503" or "reset".
    """

    connections: int
    used: int
    bytes: int
    seconds: float
    throttled: int = 0
    errors: int = 0
    failure: Failure | None = None
    cut_short: bool = False
    bore: int | None = None
    refusal: str | None = None

    @property
    def speed_bps(self) -> float:
        """Bytes per second."""
        return self.bytes / self.seconds if self.seconds > 0 else 0.0

    @property
    def events(self) -> int:
        """How much went wrong."""
        return self.throttled + self.errors


class Advice(Struct, frozen=True):
    """How many connections to use, None where nothing came, and why."""

    connections: int | None
    reason: str


def advise(results: Sequence[Measured]) -> Advice:
    """The fewest connections that come within a tenth of the best speed, of those counts that met the least trouble."""
    usable = [each for each in results if each.bytes and each.failure is None]
    if not usable:
        return Advice(None, "nothing could be measured")
    least = min(each.events for each in usable)
    by_used: dict[
        int, Measured
    ] = {}  # a small file uses no more than so many: then the faster one counts
    for each in usable:
        if each.events == least and each.speed_bps > _speed(by_used.get(each.used)):
            by_used[each.used] = each
    best = max(by_used.values(), key=_speed)
    near = (each for each in by_used.values() if each.speed_bps >= (1 - _WORTH) * best.speed_bps)
    chosen = min(near, key=lambda each: each.used)
    return Advice(chosen.used, "; ".join(_reasons(chosen, best, usable)))


def lesson(results: Sequence[Measured], advice: Advice, *, ranges: bool, wall_s: float) -> Lesson:
    """What the origin has taught. wall_s: when, Unix time.

    How many connections pay is known only where more of them were tried.
    """
    usable = [each for each in results if each.bytes and each.failure is None]
    count = advice.connections or 0
    speed_bps = max((each.speed_bps for each in usable if each.used == count), default=None)
    found = Lesson(
        learned_s=wall_s,
        ranges=ranges,
        connections=count if any(each.used > count for each in usable) else None,
        speed_bps=None if speed_bps is None else round(speed_bps),
    )
    refusals = [(each.bore, each.refusal) for each in results if each.bore is not None]
    if not refusals:
        return found
    limit, refusal = min(refusals)
    return replace(found, limit=limit, refusal=refusal, refused_s=wall_s)


def _speed(measured: Measured | None) -> float:
    return measured.speed_bps if measured else 0.0


def _reasons(chosen: Measured, best: Measured, usable: Sequence[Measured]) -> Iterator[str]:
    others = {each.used for each in usable} - {chosen.used}
    if chosen.events:
        yield f"no count went without trouble, this one met the least: {_trouble(chosen)}"
    elif chosen is not best:
        gain = best.speed_bps / chosen.speed_bps - 1
        yield f"{best.used} are only {gain:.0%} faster"
    elif others:
        yield (
            "the fastest"
            if all(each.events == 0 for each in usable)
            else "the fastest without trouble"
        )
    else:
        yield "no other number was in use"
    for each in usable:
        if each.events > chosen.events and each.speed_bps > chosen.speed_bps:
            yield f"{each.used} were faster, but met {_trouble(each)}"


def _trouble(each: Measured) -> str:
    said = []
    if each.throttled:
        said.append(f"{each.throttled} {'refusal' if each.throttled == 1 else 'refusals'}")
    if each.errors:
        said.append(f"{each.errors} {'error' if each.errors == 1 else 'errors'}")
    return " and ".join(said)
