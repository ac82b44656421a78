"""One run of a command that fetches: its configuration, its face, its signals, its jobs' fates."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ddm import config
from ddm.cli import human
from ddm.cli.face import Face
from ddm.cli.outcome import Outcome, exit_status, of_record, of_view, removed
from ddm.cli.places import log_path
from ddm.cli.plain import Plain
from ddm.cli.signals import Signals
from ddm.cli.tally import Tally
from ddm.core.view import JobView
from ddm.errors import Exit
from ddm.limits import Limits
from ddm.log import Log, open_log
from ddm.store.jobs import JobStore

if TYPE_CHECKING:
    from ddm.manager import Manager

# Terminals that cannot move a cursor.
_DUMB = ("", "dumb", "unknown")


class Session(Struct, frozen=True):
    """What a command has in hand while it fetches."""

    directory: Path
    limits: Limits
    log: Log
    face: Face
    signals: Signals
    tally: Tally

    def manager(self) -> Manager:
        """The manager of this state directory. Raises HeldError, StateError."""
        from ddm.manager import Manager  # noqa: PLC0415 - pycurl, which no help text and no typo needs

        return Manager.open(self.directory, self.limits, log=self.log)

    def ended(self, outcome: Outcome) -> None:
        """Count a job that is over, and tell."""
        self.tally.outcomes[outcome.job_id] = outcome
        self.face.ended(outcome)

    def collect(self, store: JobStore, ids: Iterable[int], *, all_of_them: bool = False) -> None:
        """Count those of the jobs that the store says are over.

        all_of_them: count also what is not over, as unfinished.
        """
        for job_id in ids:
            if job_id in self.tally.outcomes:
                continue
            record = store.get(job_id)
            if record is None:
                self.ended(removed(job_id))
            elif record.state.ended or all_of_them:
                self.ended(of_record(record))

    def drive(self, manager: Manager, ids: Iterable[int] | None) -> None:
        """Turn the manager until these jobs (None: the queue) are over, or a signal stopped it."""

        def on_ended(view: JobView) -> None:
            if view.state.ended:  # not one that goes back to the queue
                self.ended(of_view(view))

        manager.on_ended = on_ended
        manager.work_on(ids)
        self.face.picture = lambda: self.tally.picture(manager.view())
        manager.reactor.join(self.face)
        self.signals.wake(manager.wakeup_fd)
        stopping = False
        try:
            while not manager.idle:
                if self.signals.caught and not stopping:
                    stopping = True
                    self.face.note("stopping; what was fetched is kept")
                    manager.stop()
                manager.turn()
        finally:
            self.signals.wake(-1)
            manager.reactor.leave(self.face)
            self.face.close()

    def exit_status(self) -> int:
        """The command's exit status, once all is over; a last line for people goes before it."""
        outcomes = self.tally.outcomes.values()
        left = self.tally.left()
        if len(outcomes) + left > 1 or self.face.drew:
            done = [outcome.done_bytes for outcome in outcomes if outcome.code == Exit.OK]
            amount = human.size(sum(done))
            self.face.note(f"{len(done)} of {len(outcomes) + left} done, {amount}")
        if left and self.signals.exit_status is not None:
            return self.signals.exit_status
        return exit_status(outcomes)


@contextmanager
def session(*, quiet: bool, flags: Mapping[str, object] | None = None) -> Iterator[Session]:
    """A session for the length of a `with` block. Raises ConfigError.

    flags: settings by key, as `config.load` takes them.
    """
    loaded = config.load(os.environ, overrides=flags)
    log = open_log(log_path())
    face = choose_face(os.environ, quiet=quiet, terminal=sys.stderr.isatty())
    for notice in loaded.notices:
        face.note(notice)
    if log.problem is not None:
        face.note(log.problem)
    try:
        with Signals(face.restore) as signals:
            yield Session(config.state_dir(), loaded.limits, log, face, signals, Tally())
    finally:
        face.close()
        log.close()


def choose_face(environ: Mapping[str, str], *, quiet: bool, terminal: bool) -> Face:
    """The face for this stderr. rich is loaded for a terminal that can show it, and only then."""
    if quiet:
        return Face()
    if not terminal or environ.get("TERM", "") in _DUMB:
        return Plain()
    from ddm.cli.screen import Screen  # noqa: PLC0415 - 60 ms that only a terminal has to pay

    return Screen()
