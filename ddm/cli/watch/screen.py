"""The live screen, drawn: a snapshot and the watcher's choices made into exactly as many lines as the terminal has.

Pure. Names and reasons are Text, which knows no markup, and have been through `redact`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from rich.text import Text

from ddm.cli.showing import human
from ddm.cli.showing.frame import Size
from ddm.cli.watch import detail
from ddm.cli.watch.map import bar
from ddm.cli.watch.model import Model
from ddm.cli.watch.rows import Row
from ddm.cli.watch.source import Snapshot
from ddm.cli.watch.spark import spark
from ddm.core.view import OriginView
from ddm.record import State

_GAP = "  "
_NAME_CELLS_MIN = 12
_MAP_CELLS_MIN, _MAP_CELLS_MAX = 10, 120
# The widest that stand there, so that columns never move: "1024 MiB", "100 %", "88.1 MiB/s", "59 min 20 s", "16".
_RIGHT = {"SIZE": 9, "DONE": 5, "SPEED": 10, "LEFT": 11, "CONN": 4}
# The first is left out first, where it gets narrow.
_LEFT_OUT = ("SIZE", "LEFT", "CONN", "SPEED", "DONE")
# Without this many lines the selected job is not told about below the list.
_DETAIL_LINES_MIN = 16
_SPARK_CELLS = 30
_SEMICOLON = "; "
_STYLES = {State.FAILED: "red", State.WAITING: "yellow", State.DONE: "green"}

HELP = """\
  up, down, k, j          select a job
  page up, page down      a screen further
  home, end, g, G         the first, the last job
  s                       sort by queue, id, state, speed, progress, name
  p, r                    pause, resume the selected job
  P, R                    pause, resume all jobs
  q, Ctrl-C               leave; the downloads go on

  {whole} is there   {head} a request writes here   {coming} it will bring this   {missing} still to be fetched"""
_FOOT = "p pause  r resume  P R all  s sort  ? help  q quit"


class Columns(Struct, frozen=True):
    """How wide everything is; what is not in `right` is not shown."""

    number: int
    name: int
    map: int
    right: dict[str, int]


def screen(
    snapshot: Snapshot, model: Model, speeds: Iterable[float], message: str, room: Size
) -> list[Text]:
    """All lines, each as wide as the terminal."""
    top = _head(snapshot, speeds, room)
    selected = model.selected
    below = []
    if selected is not None and room.height >= _DETAIL_LINES_MIN:
        below = detail.lines(selected, room)
    left = max(room.height - len(top) - len(below) - 1, 1)
    middle = _help(room) if model.helping else _list(model, left, room)
    middle = [*middle[:left], *[Text("")] * (left - len(middle))]
    foot = _foot(model, message, room.width)
    found = [*top, *middle, *below, foot][-room.height :]
    for line in found:
        _fit(line, room)
    return found


def _fit(line: Text, room: Size) -> None:
    """Make a line exactly as wide as the terminal."""
    line.truncate(room.width, overflow="crop" if room.ascii_only else "ellipsis", pad=True)


def _dots(room: Size) -> str:
    return "..." if room.ascii_only else "…"


def _head(snapshot: Snapshot, speeds: Iterable[float], room: Size) -> list[Text]:
    live = snapshot.live
    totals = snapshot.totals
    sums = Text(human.fitting(totals.counted, room.width), style="bold")
    if live is None or live.queue.limits is None:
        words = "no ddm is at work; `ddm run` fetches the queue"
        if snapshot.manager is not None:
            words = f"process {snapshot.manager} has the queue, and has not told yet what it does"
        return [sums, Text(words, style="yellow"), Text("")]
    queue, limits = live.queue, live.queue.limits
    second = [
        *(totals.speeds or (human.speed(0),)),
        totals.amount,
        f"{queue.connections} of {limits.max_total_connections} connections",
    ]
    if limits.max_bytes_per_sec:
        second.append(human.limit(limits.max_bytes_per_sec))
    if not queue.jobs:
        rests = {State.PAUSED, State.FAILED} & totals.counts.keys()
        way_out = "r resumes what is paused or has failed" if rests else "`ddm add URL` adds a job"
        second = [f"nothing to do; {way_out}"]
    words = human.fitting(second, room.width)
    cells = min(_SPARK_CELLS, room.width - len(words) - len(_GAP))
    graph = spark(speeds, cells, ascii_only=room.ascii_only)
    line = Text.assemble(words, " " * (room.width - len(words) - len(graph)), (graph, "cyan"))
    return [sums, line, Text(_origins(queue.origins, room.width))]


def _origins(origins: Sequence[OriginView], width: int) -> str:
    """The origins as far as they fit, and how many more there are."""
    words = [_origin(origin) for origin in origins]
    line = human.fitting(words, width, _SEMICOLON)
    left = len(words) - line.count(_SEMICOLON) - 1
    if left <= 0:
        return line
    more = f"{_SEMICOLON}{left} more"
    shorter = human.fitting(words, width - len(more), _SEMICOLON)
    return f"{shorter}{_SEMICOLON}{len(words) - shorter.count(_SEMICOLON) - 1} more"


def _origin(origin: OriginView) -> str:
    """How many requests an origin gets, how many it may get, and why: "host 4 of 4, one more in 12 s"."""
    words = f"{origin.origin.partition('://')[2]} {origin.connections} of {origin.limit}"
    if origin.waiting_s is not None:
        return f"{words}, asked again in {human.duration(origin.waiting_s)}"
    if origin.trial_s is not None:
        return f"{words}, one more in {human.duration(origin.trial_s)}"
    return f"{words}, it bears no more" if origin.learned else words


def _list(model: Model, lines: int, room: Size) -> list[Text]:
    """The headings and the jobs that are to be seen."""
    if not model.rows:
        return [Text(""), Text("no jobs; `ddm add URL` puts one into the queue", style="dim")]
    rows, _ = model.visible(lines - 1)
    columns = _columns(model.rows, rows, room.width)
    headings = f" {'ID':>{columns.number}} {'NAME':<{columns.name}}"
    for name, width in columns.right.items():
        headings += f"{_GAP}{name:>{width}}"
        if name == "DONE":
            headings += f"{_GAP}{'MAP':<{columns.map}}"
    found = [Text(headings, style="bold dim")]
    for row in rows:
        line = _line(row, columns, room, selected=row is model.selected)
        found.append(line)
    return found


def _columns(rows: Sequence[Row], shown: Sequence[Row], width: int) -> Columns:
    number = max(len("ID"), len(str(max(row.id for row in rows))))
    right = dict(_RIGHT)
    for name in _LEFT_OUT:
        free = width - 2 - number - sum(cells + 2 for cells in right.values()) - 2
        if free >= _NAME_CELLS_MIN + _MAP_CELLS_MIN + (20 if name == "SIZE" else 0):
            break
        del right[name]
    free = max(width - 2 - number - sum(cells + 2 for cells in right.values()) - 2, 2)
    longest = max(human.cells(row.label) for row in shown)
    name_cells = min(max(longest, _NAME_CELLS_MIN), free // 2)
    map_cells = min(free - name_cells, _MAP_CELLS_MAX)
    return Columns(number, free - map_cells, map_cells, right)


def _line(row: Row, columns: Columns, room: Size, *, selected: bool) -> Text:
    mark = (">" if room.ascii_only else "▸") if selected else " "
    name = human.cut(row.label, columns.name, _dots(room))
    name += " " * (columns.name - human.cells(name))
    line = Text(f"{mark}{row.id:>{columns.number}} {name}")
    for column, text in _cells(row).items():
        if column in columns.right:
            line.append(_GAP + text.rjust(columns.right[column]))
        if column == "DONE":
            line.append(_GAP)
            if not row.moving:
                line.append_text(_why(row))
                break
            line.append_text(_map(row, columns.map, room))
    if selected:
        line.stylize("reverse", 0, columns.number + columns.name + 2)
    return line


def _cells(row: Row) -> dict[str, str]:
    """What stands in the columns, in their order."""
    return {
        "SIZE": "?" if row.size_bytes is None else human.size(row.size_bytes),
        "DONE": human.percent(row.done_bytes, row.size_bytes),
        "SPEED": human.speed(row.speed_bps),
        "LEFT": "" if row.eta_s is None else human.duration(row.eta_s),
        "CONN": str(row.connections),
    }


def _map(row: Row, cells: int, room: Size) -> Text:
    """The map; in its place, for a file of unknown length, how much is there."""
    if row.size_bytes is None:
        text = Text(human.size(row.done_bytes))
        text.truncate(cells, pad=True)
        return text
    return bar(row.ranges, row.segments, row.size_bytes, cells, ascii_only=room.ascii_only)


def _why(row: Row) -> Text:
    """What a job that does not move waits for: "waiting 12 s: 429 from host"."""
    words = f"{row.words}: {row.reason}" if row.reason else row.words
    return Text(words, style=_STYLES.get(row.state, "dim"))


def _help(room: Size) -> list[Text]:
    whole, head, coming, missing = "=>-." if room.ascii_only else "━╸┄·"
    text = HELP.format(whole=whole, head=head, coming=coming, missing=missing)
    return [Text(""), *map(Text, text.splitlines())]


def _foot(model: Model, message: str, width: int) -> Text:
    if message:
        return Text(message, style="bold yellow")
    place = ""
    if model.rows:
        _, above = model.visible(model.room)
        last = min(above + model.room, len(model.rows))
        place = f"{above + 1}-{last} of {len(model.rows)} by {model.order}"
    gap = width - len(_FOOT) - len(place)
    return Text(_FOOT + " " * gap + place if gap >= 2 else _FOOT[:width], style="dim")
