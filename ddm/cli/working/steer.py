"""Steering: a wish is written; see to it that it comes into force, and say what is so now.

A manager at work is poked and puts the wish into force, which its rows show. Where there is none,
this process is the manager for the moment that it takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from msgspec import Struct

from ddm import config, redact
from ddm.cli.showing import voice
from ddm.cli.showing.outcome import of_record
from ddm.cli.working.opened import put_in_order
from ddm.errors import Exit, HeldError
from ddm.record import JobRecord
from ddm.store import poke
from ddm.store.jobs import JobStore

# A wish is in force within half a second; a disk that has a lot to sync may take longer.
_PATIENCE_S = 2.0
_POLL_S = 0.02


class Told(Struct, frozen=True):
    """What is so of a job now, in words; code: 0 if that is what was wished, or if it makes no difference."""

    words: str
    code: int = Exit.OK


# Asked of a job as it was before and as it is now, None if it is gone; None while the wish is not in force.
Tell = Callable[[JobRecord, JobRecord | None], Told | None]


def steer(store: JobStore, jobs: Sequence[JobRecord], tell: Tell, *, quiet: bool) -> int:
    """Wait until what was wished for these jobs is in force; a line for each. The exit status.

    jobs: as they were before the wish. Raises StateError.
    """
    held = _put_in_force(store, jobs, tell)
    codes = set()
    for before in jobs:
        told = tell(before, store.get(before.id))
        if told is None:
            told = Told(f"asked for, but not done yet: {held}", Exit.UNFINISHED)
        if told.code != Exit.OK:
            codes.add(told.code)
        elif quiet:
            continue
        voice.say(f"{before.id} {of_record(before).label}: {redact.text(told.words)}")
    if not codes:
        return Exit.OK
    return codes.pop() if len(codes) == 1 else Exit.UNEXPECTED


def _put_in_force(store: JobStore, jobs: Sequence[JobRecord], tell: Tell) -> HeldError | None:
    """Do it, or wait until the manager has done it; who has not done it in time."""
    poke.send(config.state_dir())
    left = list(jobs)
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            put_in_order()
        except HeldError as error:
            held = error
        else:
            return None
        while left and tell(left[-1], store.get(left[-1].id)) is not None:
            left.pop()
        if not left:
            return None
        if time.monotonic() >= until_s:
            return held
        time.sleep(_POLL_S)
