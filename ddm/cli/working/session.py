"""One run of a command that fetches: its configuration, its face, its signals, its jobs' fates."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ddm import config
from ddm.cli.places import log_path
from ddm.cli.showing import human, voice
from ddm.cli.showing.face import Face
from ddm.cli.showing.narrator import Narrator
from ddm.cli.showing.outcome import Outcome, exit_status, of_record, of_view, removed
from ddm.cli.showing.plain import Plain
from ddm.cli.showing.tally import Tally
from ddm.cli.showing.terminal import is_dumb
from ddm.cli.working.hooks import Hooks
from ddm.cli.working.signals import Signals
from ddm.core.view import JobView
from ddm.errors import Exit, HeldError
from ddm.limits import Limits
from ddm.log import Log, open_log
from ddm.store.jobs import JobStore
from ddm.turns import LongTurn, Part

if TYPE_CHECKING:
    from ddm.house import House

# A `ddm pause` holds the state directory for milliseconds.
PATIENCE_S = 1.0
_HELD_POLL_S = 0.02


class Session(Struct, frozen=True):
    """What a command has in hand while it fetches."""

    directory: Path
    limits: Limits
    log: Log
    face: Face
    signals: Signals
    tally: Tally
    hooks: Hooks
    narrator: Narrator
    verbose: int = 0

    def manager(self, *, patience_s: float = 0.0) -> House:
        """The manager of this state directory. Raises HeldError, StateError.

        patience_s: how long another ddm that holds it is waited for.
        """
        from ddm.house import House  # noqa: PLC0415 - pycurl, which no help text and no typo needs

        until_s = time.monotonic() + patience_s
        while True:
            try:
                manager = House.open(self.directory, self.limits, log=self.log)
            except HeldError:
                if time.monotonic() >= until_s or self.signals.caught:
                    raise
                time.sleep(_HELD_POLL_S)
            else:
                for notice in manager.notices:
                    voice.say(notice)
                return manager

    def ended(self, outcome: Outcome) -> None:
        """Count a job that is over, and tell."""
        self.tally.outcomes[outcome.job_id] = outcome
        if outcome.code == Exit.OK and outcome.job_id in self.tally.checking:
            self.face.note(f"{outcome.label}: it is there already; nothing to do")
        self.face.ended(outcome)

    def collect(self, store: JobStore, ids: Iterable[int], *, all_of_them: bool = False) -> None:
        """Count those of the jobs that the store says are over.

        all_of_them: count also what is not over, as unfinished.
        """
        open_ids = [job_id for job_id in ids if job_id not in self.tally.outcomes]
        states = store.states_of(open_ids)
        for job_id in open_ids:
            state = states.get(job_id)
            if state is not None and not (state.ended or all_of_them):
                continue
            record = store.get(job_id)
            self.ended(removed(job_id) if record is None else of_record(record))

    def work(self, manager: House, ids: Collection[int]) -> int:
        """Fetch those of these jobs that are not over; the command's exit status."""
        self.collect(manager.store, ids)
        self.drive(manager, [job_id for job_id in ids if job_id not in self.tally.outcomes])
        self.collect(manager.store, ids, all_of_them=not self.signals.caught)
        return self.exit_status()

    def drive(self, manager: House, ids: Iterable[int] | None, *, forever: bool = False) -> None:
        """Turn the manager until these jobs (None: the queue) are over, or a signal stopped it.

        forever: only a signal ends it, and jobs wait for room on a full disk as long as it takes.
        """

        def on_ended(view: JobView) -> None:
            self.narrator.run(manager.reactor.now)  # what came before its end is told before it
            if view.state.ended or view.removed:  # not one that goes back to the queue
                self.ended(of_view(view))
            if view.id not in self.tally.checking or view.failure is not None:
                self.hooks.ended(view)

        manager.listeners.on_ended = on_ended
        manager.work_on(ids)
        self.face.picture = lambda: self.tally.picture(manager.view())
        manager.reactor.join(self.face, Part.SHOWING)
        self.hooks.join(manager.reactor)
        self.narrator.view = manager.view
        manager.reactor.join(self.narrator, Part.SHOWING)
        self.signals.wake(manager.wakeup_fd)
        try:
            self._turn(manager, forever=forever)
            self.tell_longest(manager.turns().longest)
        finally:
            self.signals.wake(-1)
            self.hooks.leave()
            manager.reactor.leave(self.narrator)
            manager.reactor.leave(self.face)
            self.face.close()

    def _turn(self, manager: House, *, forever: bool) -> None:
        stopping = False
        while not manager.idle or ((forever or self.hooks.busy) and not stopping):
            if self.signals.resting:
                self.face.hide()
                self.signals.rest()
            if self.signals.caught and not stopping:
                stopping = True
                self.face.note("stopping; what was fetched is kept")
                manager.stop()
            if manager.stuck and not forever:
                manager.give_up_waiting()
            manager.turn()

    def tell_longest(self, turn: LongTurn | None) -> None:
        """What held everything else up the longest, with -v: who shares no loop with ddm notices nothing of it."""
        if turn is not None and self.verbose:
            self.face.note(f"the longest turn took {turn.words}")

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
def session(
    *, quiet: bool, verbose: int = 0, flags: Mapping[str, object] | None = None
) -> Iterator[Session]:
    """A session for the length of a `with` block. Raises ConfigError.

    verbose: how often -v was given. flags: settings by key, as `config.load` takes them.
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
            hooks = Hooks(loaded.limits, face, log, os.environ)
            narrator = Narrator(face, verbose)
            log.listener = narrator.hear
            yield Session(
                directory=config.state_dir(),
                limits=loaded.limits,
                log=log,
                face=face,
                signals=signals,
                tally=Tally(),
                hooks=hooks,
                narrator=narrator,
                verbose=verbose,
            )
    finally:
        face.close()
        log.close()


def choose_face(environ: Mapping[str, str], *, quiet: bool, terminal: bool) -> Face:
    """The face for this stderr. rich is loaded for a terminal that can show it, and only then."""
    if quiet:
        return Face()
    if not terminal or is_dumb(environ):
        return Plain()
    from ddm.cli.showing.screen import Screen  # noqa: PLC0415 - 60 ms that only a terminal has to pay

    return Screen()
