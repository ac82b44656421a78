"""`ddm get` again: what becomes of the jobs of last time, counted and told."""

from __future__ import annotations

from collections.abc import Sequence

from ddm import again
from ddm.cli.working.session import Session
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
    """The job of each spec, queued; see `ddm.again.queue`."""
    found = again.queue(store, specs, force_restart=force_restart, priority=priority)
    for each in found:
        if each.checking:
            here.tally.checking.add(each.id)
        if each.note:
            here.face.note(each.note)
    ids = [each.id for each in found]
    here.tally.expect(ids)
    return ids
