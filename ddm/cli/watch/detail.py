"""The selected job below the list: its whole name, its map as wide as the screen, its numbers, why it is so."""

from __future__ import annotations

from rich.text import Text

from ddm import redact
from ddm.cli.showing import human
from ddm.cli.showing.frame import Size
from ddm.cli.watch.map import bar
from ddm.cli.watch.rows import Row


def lines(row: Row, room: Size) -> list[Text]:
    """Four lines about a job."""
    rule = "-" if room.ascii_only else "─"
    title = f"{rule} {row.id} {row.label} "
    if row.size_bytes is not None:
        map_line = bar(
            row.ranges, row.segments, row.size_bytes, room.width, ascii_only=room.ascii_only
        )
    else:
        map_line = Text("length unknown", style="dim")
    why = row.reason or row.held_back
    return [
        Text(title + rule * (room.width - len(title)), style="dim"),
        map_line,
        Text(", ".join(_numbers(row))),
        Text(why or redact.url(row.job.url), style="yellow" if why else "dim"),
    ]


def _numbers(row: Row) -> list[str]:
    """The state and the numbers in words."""
    words = [row.words, human.amount(row.done_bytes, row.size_bytes)]
    if row.size_bytes is not None:
        words[-1] += f" ({human.percent(row.done_bytes, row.size_bytes)})"
    if row.moving:
        words.append(human.speed(row.speed_bps))
    if row.moving and row.eta_s is not None:
        words.append(f"{human.duration(row.eta_s)} left")
    if row.live is not None and row.live.origin:
        several = "" if row.connections == 1 else "s"
        host = row.live.origin.partition("://")[2]
        words.append(f"{row.connections} connection{several} to {host}")
    return words
