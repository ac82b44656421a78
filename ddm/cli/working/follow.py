"""While another ddm holds the state directory: hand our jobs over, and wait.

The holder fetches them if it works on the whole queue (`ddm run`). If it leaves without having done
so, we take its place. The store says what became of a job, whoever fetched it.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from ddm.cli.working.session import Session
from ddm.errors import HeldError, StateError
from ddm.limits import QUEUE_POLL_S
from ddm.store.jobs import JobStore

if TYPE_CHECKING:
    from ddm.house import House


def follow(session: Session, store: JobStore, ids: Collection[int]) -> House | None:
    """Wait until all these jobs are over, or a signal comes (then None), or we are the manager.

    Says so only from the second look on: a `ddm pause` holds the state directory for milliseconds.
    Raises StateError: the database is gone, so nobody will ever fetch them.
    """
    looks = 0
    while not session.signals.caught:
        if store.replaced():
            raise StateError(
                f"the queue in {session.directory} was removed or replaced meanwhile; run it again"
            )
        session.collect(store, ids)
        if not session.tally.left():
            return None
        try:
            manager = session.manager()
        except HeldError as held:
            looks += 1
            if looks == 2:
                session.face.note(str(held))
                session.face.note(
                    "the jobs are in the queue; waiting for it to be done or to leave"
                )
            time.sleep(QUEUE_POLL_S)  # a signal is noted meanwhile, and seen after it
        else:
            if looks > 1:
                session.face.note("it has left; going on here")
            return manager
    session.face.note("stopping; what was fetched is kept")
    return None
