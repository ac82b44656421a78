"""One frame of the live screen: a picture made into lines of text that fit the terminal.

Pure: a picture and a size in, a rich Text out. Names and reasons go through `redact.text` and into
Text objects, which know no markup: a file called "[bold]" is shown as that.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from rich.text import Text

from ddm import redact
from ddm.cli.showing import human
from ddm.cli.showing.tally import Picture
from ddm.core.view import JobView
from ddm.record import State

_GAP = "  "
_BAR_CELLS = 10
# Below this a name says nothing; columns are left out until it has so much.
_NAME_CELLS_MIN = 16
# Roughly the widest of each, so that columns seldom move: "100 %", "1024 of 4096 MiB", and so on.
_CELLS_MIN = {"bar": _BAR_CELLS, "percent": 5, "amount": 16, "speed": 10, "left": 10}
_FIRST_LEFT_OUT = ("bar", "amount", "left", "speed")

_MOVING = (State.RUNNING, State.VERIFYING, State.FINISHING)
_WORDS = {
    State.QUEUED: "queued",
    State.RESOLVING: "looking up the host",
    State.PROBING: "asking the server",
    State.WAITING: "waiting",
    State.VERIFYING: "checking the file",
    State.FINISHING: "finishing",
    State.PAUSED: "paused",
}


class Size(Struct, frozen=True):
    """The terminal's room, in cells, and whether it can show more than ASCII."""

    width: int
    height: int
    ascii_only: bool = False


def frame(picture: Picture, room: Size) -> Text:
    """The whole frame: a line per job as far as they fit, those that move first, then the sums."""
    lines_max = max(room.height - 2, 1)
    jobs = sorted(picture.jobs, key=_rank)
    shown = jobs if len(jobs) <= lines_max else jobs[: lines_max - 1]
    lines = _job_lines(shown, room)
    if len(shown) < len(jobs):
        lines.append(Text(f"and {len(jobs) - len(shown)} more", style="dim"))
    lines.append(_sums(picture, room.width))
    return Text("\n", no_wrap=True, overflow="crop").join(lines)


def _rank(job: JobView) -> int:
    """Among those of the same rank the order of the queue stays."""
    if job.state in _MOVING:
        return 0
    return 2 if job.state is State.QUEUED else 1


def _job_lines(jobs: Sequence[JobView], room: Size) -> list[Text]:
    rows = [_cells(job, room) for job in jobs]
    widths = {
        column: max([least, *(cell_len(row[column].plain) for row in rows if row is not None)])
        for column, least in _CELLS_MIN.items()
    }
    for column in _FIRST_LEFT_OUT:
        if room.width - _right_cells(widths) >= _NAME_CELLS_MIN:
            break
        del widths[column]
    name_cells = max(room.width - _right_cells(widths), 1)
    lines = []
    for job, row in zip(jobs, rows, strict=True):
        line = _name(job, name_cells)
        if row is None:
            line.append(_GAP).append(_why(job))
        else:
            for column, width in widths.items():
                row[column].align("right", width)
                line.append(_GAP).append(row[column])
        line.truncate(room.width, overflow="ellipsis")
        lines.append(line)
    return lines


def _right_cells(widths: dict[str, int]) -> int:
    """How many cells the columns right of the name take."""
    return sum(width + len(_GAP) for width in widths.values())


def _cells(job: JobView, room: Size) -> dict[str, Text] | None:
    """What a job has for each column; None for one that shows words instead of numbers."""
    if job.state is not State.RUNNING:
        return None
    left = "" if job.eta_s is None else human.duration(job.eta_s)
    return {
        "bar": _bar(job, ascii_only=room.ascii_only),
        "percent": Text(human.percent(job.done_bytes, job.size_bytes)),
        "amount": Text(human.amount(job.done_bytes, job.size_bytes)),
        "speed": Text(human.speed(job.speed_bps)),
        "left": Text(left),
    }


def _bar(job: JobView, *, ascii_only: bool) -> Text:
    if job.size_bytes is None:
        return Text("")
    full, empty = ("=", "-") if ascii_only else ("━", "─")
    part = job.done_bytes / job.size_bytes if job.size_bytes else 1.0
    cells = min(int(part * _BAR_CELLS), _BAR_CELLS)
    return Text.assemble((full * cells, "green"), (empty * (_BAR_CELLS - cells), "dim"))


def _name(job: JobView, cells: int) -> Text:
    """The name, and behind it, where there is room, how the job was degraded."""
    name = Text(redact.text(job.name or job.url))
    if job.state is State.RUNNING and job.reason:
        name.append(f" ({redact.text(job.reason)})", style="dim")
    name.truncate(cells, overflow="ellipsis", pad=True)
    return name


def _why(job: JobView) -> Text:
    """A job that shows no numbers: "waiting 12 s: 429 from host"."""
    words = _WORDS.get(job.state, job.state.value)
    if job.waiting_s is not None:
        words += f" {human.duration(job.waiting_s)}"
    if job.reason:
        words += f": {redact.text(job.reason)}"
    return Text(words, style="yellow" if job.state is State.WAITING else "dim")


def _sums(picture: Picture, width: int) -> Text:
    """The last line; what does not fit is left out from the right."""
    several = "" if picture.connections == 1 else "s"
    line = ""
    for word in (*picture.words, f"{picture.connections} connection{several}"):
        longer = f"{line}, {word}" if line else word
        if len(longer) > width:
            break
        line = longer
    return Text(line, style="bold")
