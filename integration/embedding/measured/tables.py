"""Which runs a table is made of, and its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

import msgspec

from ddm.limits import HOST_TURN_BUDGET_S
from ddm.turns import BOUNDS_MS
from integration.embedding.measured.loops import LOOPS
from integration.embedding.measured.stage import MIB, Stage
from integration.embedding.measured.subject import Report, Run

AT_ONCE = 64
BUDGETS_MS = (2, 3, 5, 8, 10)


class Sizes(msgspec.Struct, frozen=True):
    """How many files of 1 KiB, how many big ones, and how often all is done."""

    small: int = 4000
    big: int = 48
    big_bytes: int = 16 * MIB
    rounds: int = 5


SMALL = Sizes(small=400, big=12, rounds=2)

Lines = Iterator[str]


def cost(here: Stage, sizes: Sizes, rounds: int) -> Lines:
    """CPU for each of many small files, in every loop and by a bare driver."""
    files = {"url": here.small, "files": sizes.small, "at_once": AT_ONCE}
    runs = {("ddm", loop): Run("ddm", loop, directory="-", **files) for loop in LOOPS}
    runs |= {("bare", loop): Run("bare", loop, **files) for loop in ("own loop", "asyncio", "trio")}
    found = _in_turns(here, runs, rounds)
    own = found.get(("ddm", "own loop"), [])
    yield f"{sizes.small:,} files of 1 KiB, {AT_ONCE} at a time, {rounds} rounds"
    yield ""
    yield "| who, in which loop | CPU us per file: least, median | x own loop | turns per file | children us |"
    yield "|---|---:|---:|---:|---:|"
    for (guest, loop), reports in found.items():
        name = f"DDM, {loop}" if guest == "ddm" else f"bare pycurl, {loop}"
        yield _cost_row(name, reports, own, sizes.small)


def state(here: Stage, sizes: Sizes, rounds: int) -> Lines:
    """The same with a state directory, in memory and on the disk."""
    files = {"url": here.small, "files": sizes.small, "at_once": AT_ONCE, "directory": "-"}
    runs, homes = {}, {}
    for loop in ("own loop", "asyncio"):
        for kept, home in (("none", None), ("in memory", None), ("on the disk", here.disk)):
            state_dir = "" if kept == "none" else "-"
            runs[loop, kept] = Run("ddm", loop, state_dir=state_dir, **files)
            homes[loop, kept] = home
    found = _in_turns(here, runs, rounds, homes)
    yield f"The same, with a state directory, {rounds} rounds"
    yield ""
    yield "| loop, state directory | CPU us per file: least, median | x own loop | turns per file | children us |"
    yield "|---|---:|---:|---:|---:|"
    for (loop, kept), reports in found.items():
        yield _cost_row(f"{loop}, {kept}", reports, found.get(("own loop", kept), []), sizes.small)


def _cost_row(name: str, reports: list[Report], own: list[Report], files: int) -> str:
    cpu_us = [report.cpu_s / files * 1e6 for report in reports]
    own_us = [report.cpu_s / files * 1e6 for report in own]
    times = f"{median(cpu_us) / median(own_us):.2f}" if own else ""
    turns = [report.turns.count / files for report in reports if report.turns]
    children_us = [report.children_s / files * 1e6 for report in reports]
    return (
        f"| {name} | {min(cpu_us):.0f}, {median(cpu_us):.0f} | {times} "
        f"| {f'{median(turns):.2f}' if turns else ''} | {median(children_us):.0f} |"
    )


def turns(here: Stage, sizes: Sizes, rounds: int) -> Lines:
    """CPU for a turn that has next to nothing to do: what a loop adds to it."""
    runs = {("turns", loop): Run("turns", loop, files=10 * sizes.small) for loop in LOOPS}
    found = _in_turns(here, runs, rounds)
    yield f"{10 * sizes.small:,} turns that find one byte on a socket, {rounds} rounds"
    yield ""
    yield "| loop | CPU us per turn: least, median | more than own loop's |"
    yield "|---|---:|---:|"
    own_us = 0.0
    for (_, loop), reports in found.items():
        each_us = [report.cpu_s / report.turns.count * 1e6 for report in reports if report.turns]
        own_us = own_us or min(each_us)
        yield f"| {loop} | {min(each_us):.1f}, {median(each_us):.1f} | {min(each_us) - own_us:.1f} |"


def late(here: Stage, sizes: Sizes, rounds: int) -> Lines:
    """How late a loop's own ticks are while big files come as fast as they can."""
    files = {"url": here.big, "files": sizes.big, "at_once": sizes.big, "directory": "-"}
    runs = {}
    for loop in LOOPS:
        runs["rest", loop] = Run("rest", loop, ticks=True)
        # Where no adapter tells it, the program does.
        budget_s = HOST_TURN_BUDGET_S if loop == "selectors" else None
        runs["ddm", loop] = Run("ddm", loop, ticks=True, turn_budget_s=budget_s, **files)
        if loop in ("own loop", "asyncio", "trio"):
            runs["bare", loop] = Run("bare", loop, ticks=True, **files)
    words = {"rest": "nothing", "ddm": "DDM", "bare": "bare pycurl"}
    yield f"{sizes.big} files of {sizes.big_bytes // MIB} MiB, a tick every 10 ms, {rounds} rounds"
    yield ""
    yield from _late_lines(
        {
            f"{loop}, {words[guest]}": reports
            for (guest, loop), reports in _in_turns(here, runs, rounds).items()
        },
        sizes,
    )


def budgets(here: Stage, sizes: Sizes, rounds: int) -> Lines:
    """The same in asyncio, with other budgets of a turn."""
    files = {"url": here.big, "files": sizes.big, "at_once": sizes.big, "directory": "-"}
    runs = {
        (str(ms), "asyncio"): Run("ddm", "asyncio", ticks=True, turn_budget_s=ms / 1000, **files)
        for ms in BUDGETS_MS
    }
    yield f"The same in asyncio, by budget of a turn; the default is {HOST_TURN_BUDGET_S * 1000:g} ms"
    yield ""
    found = _in_turns(here, runs, rounds)
    yield from _late_lines({f"{ms} ms": reports for (ms, _), reports in found.items()}, sizes)


def _late_lines(found: Mapping[str, list[Report]], sizes: Sizes) -> Lines:
    bounds = [bound for bound in BOUNDS_MS if bound <= 50]
    yield (
        "| loop, what it turns | ticks late, ms: p50 | p99 | max | MB/s | CPU s "
        f"| turns up to {', '.join(map(str, bounds))} ms, longer |"
    )
    yield "|---|---:|---:|---:|---:|---:|---|"
    for name, reports in found.items():
        late = [report.lateness for report in reports if report.lateness]
        row = [name]
        row += [f"{median(each.p50_ms for each in late):.1f}"]
        row += [f"{median(each.p99_ms for each in late):.1f}"]
        row += [f"{max(each.max_ms for each in late):.1f}"]
        if name.endswith("nothing"):
            row += ["", "", ""]
        else:
            mb_s = sizes.big * sizes.big_bytes / 1e6 / median(each.wall_s for each in reports)
            row += [f"{mb_s:.0f}", f"{median(each.cpu_s for each in reports):.2f}"]
            row += [_histogram(reports, len(bounds))]
        yield f"| {' | '.join(row)} |"


def _histogram(reports: list[Report], bounds: int) -> str:
    """Of all rounds together."""
    counts = [report.turns.histogram for report in reports if report.turns]
    if not counts:
        return ""
    together = [sum(column) for column in zip(*counts, strict=True)]
    return ", ".join(map(str, [*together[:bounds], sum(together[bounds:])]))


def _in_turns(
    here: Stage,
    runs: Mapping[tuple[str, str], Run],
    rounds: int,
    homes: Mapping[tuple[str, str], Path | None] | None = None,
) -> dict[tuple[str, str], list[Report]]:
    """All of them, round by round; without those that could not be run."""
    found: dict[tuple[str, str], list[Report]] = {}
    for _ in range(rounds):
        for key, asked in runs.items():
            report = here.run(asked, homes[key] if homes else None)
            if report is not None:
                found.setdefault(key, []).append(report)
    return found


TABLES: dict[str, Callable[[Stage, Sizes, int], Lines]] = {
    "cost": cost,
    "state": state,
    "turns": turns,
    "late": late,
    "budgets": budgets,
}
