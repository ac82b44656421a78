"""The same URL and place again: which jobs are those of last time, which are new, and what becomes of each."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from ddm import redact
from ddm.present import has_digests, is_there
from ddm.record import JobRecord
from ddm.spec import JobSpec
from ddm.store.jobs import JobStore


class Queued(Struct, frozen=True):
    """A job that is in the queue now.

    checking: its file is there, and the server is only asked whether it is still the same. note: what else is to be
    known of a job that was there, safe to show; "" if nothing.
    """

    id: int
    checking: bool = False
    note: str = ""


def queue(
    store: JobStore,
    specs: Sequence[JobSpec],
    *,
    force_restart: bool = False,
    priority: int | None = None,
) -> list[Queued]:
    """The job of each spec, queued, also if it was paused or has failed; where the file is there, to be checked.

    force_restart: forget what unfinished ones have fetched. priority: as was said for all of them; where nobody says
    one, a job keeps what it has. Raises StateError.
    """
    found: list[Queued] = []
    other = _with_other_digests(store, specs)
    with store.transaction(durable=True):
        for spec in specs:
            known = store.find(spec.url, spec.directory, spec.name)
            if known is None or (
                known.whole and (spec.overwrite or spec in other or not is_there(known))
            ):
                found += map(Queued, store.add([spec]))
                continue
            if spec.priority or priority is not None:
                store.prioritize(known.id, spec.priority)
            if spec.max_bytes_per_sec:
                store.set_rate([known.id], spec.max_bytes_per_sec)
            if known.whole:
                store.check_again(known.id)
                store.set_spec(known.id, spec)
                found.append(Queued(known.id, checking=True))
            else:
                note = _go_on(store, known, spec, force_restart=force_restart)
                found.append(Queued(known.id, note=note))
    return found


def _go_on(store: JobStore, known: JobRecord, spec: JobSpec, *, force_restart: bool) -> str:
    """Let an unfinished job go on as it is asked for now; what is to be said of it."""
    notes = []
    if spec != _as_it_stands(known, spec):
        notes.append(_give_options(store, known, spec))
    if force_restart and not store.start_over(known.id):
        notes.append("it is in work already, and is not begun again")
    store.resume([known.id])
    label = redact.text(known.name or redact.url(known.spec.url))
    return f"{label}: {'; '.join(notes)}" if notes else ""


def _as_it_stands(known: JobRecord, spec: JobSpec) -> JobSpec:
    """What a job was asked for, but for what may change while it is in work."""
    return replace(known.spec, priority=spec.priority, max_bytes_per_sec=spec.max_bytes_per_sec)


def _with_other_digests(store: JobStore, specs: Sequence[JobSpec]) -> set[JobSpec]:
    """Those whose file was fetched, but does not have the digests that are asked for now."""
    found = set()
    for spec in specs:
        if spec.checksums and not spec.overwrite:
            known = store.find(spec.url, spec.directory, spec.name)
            if known and known.whole and not has_digests(known, spec.checksums):
                found.add(spec)
    return found


def _give_options(store: JobStore, known: JobRecord, spec: JobSpec) -> str:
    """Ask for a job in another way; what came of it."""
    if not store.set_spec(known.id, spec):
        return "it is in work already, and keeps the options it has"
    if known.spec.mirrors and known.spec.checksums and not spec.checksums:
        # What came from several places was joined for the digest to decide.
        store.start_over(known.id)
    return "goes on with the options given now"
