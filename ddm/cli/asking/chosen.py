"""Which jobs a command is about: their numbers, or --all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from ddm.cli.asking import completed
from ddm.errors import UsageError
from ddm.record import JobRecord
from ddm.store.jobs import JobStore

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

# SQLite's largest.
_ID_MAX = 2**63 - 1

ids_argument: Decorator = click.argument(
    "ids",
    nargs=-1,
    type=click.IntRange(1, _ID_MAX),
    metavar="[ID]...",
    shell_complete=completed.ids,
)
id_argument: Decorator = click.argument(
    "job_id",
    required=False,
    type=click.IntRange(1, _ID_MAX),
    metavar="[ID]",
    shell_complete=completed.ids,
)


def named(store: JobStore, ids: Sequence[int]) -> list[JobRecord]:
    """The jobs of these numbers, each once. Raises UsageError if one is missing."""
    records = []
    for job_id in dict.fromkeys(ids):
        record = store.get(job_id)
        if record is None:
            raise UsageError(f"there is no job {job_id}; `ddm status` lists them")
        records.append(record)
    return records


def named_or_all(
    store: JobStore, ids: Sequence[int], *, everything: bool, among: Callable[[JobRecord], bool]
) -> list[JobRecord]:
    """The jobs of these numbers, or with --all those `among` all that are meant. Raises UsageError."""
    if ids and everything:
        raise UsageError("give the numbers of jobs, or --all, not both")
    if everything:
        return [record for record in store.all() if among(record)]
    if not ids:
        raise UsageError("which jobs? give their numbers, or --all; `ddm status` lists them")
    return named(store, ids)
