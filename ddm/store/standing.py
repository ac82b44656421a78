"""The order of the queue: where each job stands, and where it stands once others were moved.

Pure. A place is a number between those of the neighbours, so that a move writes the jobs that move and
no others; only where two places have no number between them any more is the whole queue counted anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from msgspec import Struct
from msgspec.structs import replace


class Standing(Struct, frozen=True):
    """Where a job stands: the higher priority goes first, then the lower place, then the lower id."""

    id: int
    priority: int
    place: float


def moved(queue: Sequence[Standing], ids: Sequence[int], position: int | None) -> list[Standing]:
    """The whole queue, in order, with these jobs one after the other from `position` on.

    queue: in order. ids: of jobs that are in it. position: from 1; None is the end.

    Whoever moves keeps its priority if it can stand there with it, and takes the nearest one that
    can if not.
    """
    by_id = {each.id: each for each in queue}
    block = [by_id.pop(job_id) for job_id in ids]
    others = list(by_id.values())
    at = len(others) if position is None else min(position - 1, len(others))
    ahead, behind = others[:at], others[at:]
    block = _between(ahead[-1] if ahead else None, block, behind[0] if behind else None)
    order = [*ahead, *block, *behind]
    around = order[max(at - 1, 0) : at + len(block) + 1]
    if all(a.priority > b.priority or a.place < b.place for a, b in pairwise(around)):
        return order
    return [replace(each, place=float(place)) for place, each in enumerate(order, start=1)]


def _between(
    ahead: Standing | None, block: Sequence[Standing], behind: Standing | None
) -> list[Standing]:
    """The jobs as they stand between these two."""
    found = []
    most = ahead.priority if ahead else None
    for each in block:
        priority = each.priority if behind is None else max(each.priority, behind.priority)
        most = priority if most is None else min(priority, most)
        found.append(replace(each, priority=most))
    return [
        replace(each, place=place)
        for priority, alike in groupby(found, key=lambda each: each.priority)
        for each, place in _placed(
            list(alike),
            ahead.place if ahead and ahead.priority == priority else None,
            behind.place if behind and behind.priority == priority else None,
        )
    ]


def _placed(
    alike: Sequence[Standing], low: float | None, high: float | None
) -> list[tuple[Standing, float]]:
    """Places for jobs of one priority, between those of the neighbours that have the same."""
    count = len(alike)
    if low is None:
        low = 0.0 if high is None else high - count - 1
    step = 1.0 if high is None else (high - low) / (count + 1)
    return [(each, low + step * (number + 1)) for number, each in enumerate(alike)]
