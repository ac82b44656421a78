"""What origins have taught, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping

from ddm import redact
from ddm.cli.showing import human
from ddm.http.url import Origin
from ddm.lesson import Lesson

_HEADINGS = ("ORIGIN", "CONNECTIONS", "LIMIT", "WAITS", "HTTP", "SPEED", "AGE")
_UNKNOWN = "-"


def table(lessons: Mapping[str, Lesson], wall_s: float, width: int | None = None) -> list[str]:
    """The headings, then a line for each origin. wall_s: now, Unix time. width: of a terminal, to cut the lines to."""
    rows = [_HEADINGS, *(_cells(Origin.of_key(key), lessons[key], wall_s) for key in lessons)]
    widths = [max(map(human.cells, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(size) if number == 0 else cell.rjust(size)
            for number, (cell, size) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return lines if width is None else [human.cut(line, width) for line in lines]


def _cells(origin: Origin, lesson: Lesson, wall_s: float) -> tuple[str, ...]:
    wait_s = None if lesson.not_before_s is None else lesson.not_before_s - wall_s
    return (
        str(origin),
        _UNKNOWN if lesson.connections is None else str(lesson.connections),
        _limit(lesson),
        _UNKNOWN if wait_s is None else human.duration(wait_s),
        _UNKNOWN if lesson.http_version is None else redact.text(lesson.http_version),
        _UNKNOWN if lesson.speed_bps is None else human.speed(lesson.speed_bps),
        human.duration(wall_s - lesson.learned_s),
    )


def _limit(lesson: Lesson) -> str:
    """How many it bore, and with which answer it refused more."""
    if lesson.limit is None:
        return _UNKNOWN
    return (
        f"{lesson.limit} ({redact.text(lesson.refusal)})" if lesson.refusal else str(lesson.limit)
    )
