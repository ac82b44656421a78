"""`ddm get` again: which jobs are those of last time, which are new, and what becomes of each."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ddm.cli.showing.outcome import of_record
from ddm.cli.working.present import has_digests, is_there
from ddm.cli.working.session import Session
from ddm.record import JobRecord, State
from ddm.spec import JobSpec
from ddm.store.jobs import JobStore


def queue(
    here: Session,
    store: JobStore,
    specs: Sequence[JobSpec],
    *,
    force_restart: bool,
    priority: int | None = None,
) -> list[int]:
    """The job of each spec, queued, also if it was paused; where the file is there, to be checked.

    priority: as the command line says; where nobody says one, a job keeps what it has.
    """
    ids = []
    other = _with_other_digests(store, specs)
    with store.transaction(durable=True):
        for spec in specs:
            known = store.find(spec.url, spec.directory, spec.name)
            if known is None or (
                _whole(known) and (spec.overwrite or spec in other or not is_there(known))
            ):
                ids += store.add([spec])
                continue
            ids.append(known.id)
            if spec.priority or priority is not None:
                store.prioritize(known.id, spec.priority)
            if spec.max_bytes_per_sec:
                store.set_rate([known.id], spec.max_bytes_per_sec)
            if _whole(known):
                here.tally.checking.add(known.id)
                store.check_again(known.id)
                store.set_spec(known.id, spec)
                continue
            if spec != _as_it_stands(known, spec):
                _give_options(here, store, known, spec)
            if force_restart and not store.start_over(known.id):
                label = of_record(known).label
                here.face.note(f"{label}: it is in work already, and is not begun again")
            store.resume([known.id])
    here.tally.expect(ids)
    return ids


def _as_it_stands(known: JobRecord, spec: JobSpec) -> JobSpec:
    """What a job was asked for, but for what may change while it is in work."""
    return replace(known.spec, priority=spec.priority, max_bytes_per_sec=spec.max_bytes_per_sec)


def _with_other_digests(store: JobStore, specs: Sequence[JobSpec]) -> set[JobSpec]:
    """Those whose file was fetched, but does not have the digests that are asked for now."""
    found = set()
    for spec in specs:
        if spec.checksums and not spec.overwrite:
            known = store.find(spec.url, spec.directory, spec.name)
            if known and _whole(known) and not has_digests(known, spec.checksums):
                found.add(spec)
    return found


def _whole(known: JobRecord) -> bool:
    """Whether its file is fetched; somebody may be checking it just now."""
    return known.state is State.DONE or known.checking


def _give_options(here: Session, store: JobStore, known: JobRecord, spec: JobSpec) -> None:
    """Let a job that was asked for otherwise go on as it is asked for now."""
    label = of_record(known).label
    if store.set_spec(known.id, spec):
        if known.spec.mirrors and known.spec.checksums and not spec.checksums:
            store.start_over(
                known.id
            )  # what came from several places was joined for the digest to decide
        here.face.note(f"{label}: goes on with the options given now")
    else:
        here.face.note(f"{label}: it is in work already, and keeps the options it has")
