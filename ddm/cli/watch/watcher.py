"""`ddm status --watch`: the live screen. Looks twice a second, draws when something changed, acts on keys.

One thread: it waits for a key, a signal or the next look.
"""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from ddm.cli.watch.keys import Key, keys_in
from ddm.cli.watch.model import Model
from ddm.cli.watch.screen import screen
from ddm.cli.watch.source import Snapshot, Source, watching
from ddm.cli.watch.spark import History
from ddm.cli.watch.terminal import Terminal
from ddm.cli.working.signals import Signals
from ddm.errors import BusyError, Exit

LOOK_EVERY_S = 0.5
_MESSAGE_S = 3.0


def watch(state_dir: Path, ids: Sequence[int]) -> int:
    """Watch until a key or a signal ends it; the exit status. ids: only these jobs; none is all. Raises StateError."""
    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
    terminal = Terminal(console, sys.stdin.fileno(), os.environ)
    wake_in, wake_out = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        with Signals(terminal.restore) as signals, terminal:
            signals.wake(wake_out)
            watcher = Watcher(terminal, signals, wake_in, ids)
            while True:
                with watching(state_dir) as source:
                    status = watcher.run(source)
                if status is not None:
                    return status
    finally:
        os.close(wake_in)
        os.close(wake_out)


class Watcher:
    """The loop."""

    def __init__(
        self, terminal: Terminal, signals: Signals, wake_fd: int, ids: Sequence[int]
    ) -> None:
        self._terminal = terminal
        self._signals = signals
        self._wake_fd = wake_fd
        self._ids = ids
        self._model = Model()
        self._history = History()
        self._message, self._message_until_s = "", 0.0
        self._poll = select.poll()
        self._poll.register(wake_fd, select.POLLIN)
        self._poll.register(terminal.keys_fd, select.POLLIN)

    def run(self, source: Source) -> int | None:
        """Watch until it is over, or the database is another file (then None)."""
        look_s = 0.0
        while True:
            now = time.monotonic()
            if self._signals.resting:
                self._terminal.give_back()
                self._signals.rest()
                self._terminal.changed = True
            if self._signals.caught:
                return self._signals.exit_status
            if self._terminal.changed:
                self._terminal.take()
                look_s = 0.0
            if now >= look_s:
                if source.replaced:
                    return None
                look_s = now + LOOK_EVERY_S
                snapshot = self._look(source, now)
            try:
                self._draw(snapshot, now)
                if not self._wait(max(look_s - time.monotonic(), 0.0)):
                    continue
                if not self._act(source):
                    return Exit.OK
            except OSError:  # the terminal has gone
                return Exit.OK

    def _look(self, source: Source, now: float) -> Snapshot:
        snapshot = source.look(now, self._ids)
        self._model.show(snapshot.rows)
        self._history.note(now, snapshot.live.queue.speed_bps if snapshot.live else 0.0)
        return snapshot

    def _draw(self, snapshot: Snapshot, now: float) -> None:
        if now >= self._message_until_s:
            self._message = ""
        room = self._terminal.room
        self._terminal.draw(
            screen(snapshot, self._model, self._history.speeds, self._message, room)
        )

    def _wait(self, wait_s: float) -> bool:
        """Wait for a key; False if there is none. Raises OSError if the terminal has gone."""
        ready = dict(self._poll.poll(wait_s * 1000))
        if self._wake_fd in ready:
            os.read(self._wake_fd, 1024)
        found = ready.get(self._terminal.keys_fd, 0)
        if found & (select.POLLHUP | select.POLLERR):
            raise OSError
        return bool(found)

    def _act(self, source: Source) -> bool:
        """Do what keys say; False to leave."""
        block = self._terminal.read()
        if not block:
            return False
        for key in keys_in(block):
            if key is Key.QUIT and not self._model.helping:
                return False
            if self._model.helping or not self._wish(source, key):
                self._model.press(key)
        return True

    def _wish(self, source: Source, key: Key) -> bool:
        """Pause or resume; whether the key was for that."""
        rows = self._model.rows
        selected = [self._model.selected] if self._model.selected else []
        match key:
            case Key.PAUSE | Key.PAUSE_ALL:
                chosen = rows if key is Key.PAUSE_ALL else selected
                ids = [row.id for row in chosen if not row.state.ended]
                self._do(
                    source.pause, ids, "paused", "nothing to pause: it is over, or paused already"
                )
            case Key.RESUME | Key.RESUME_ALL:
                chosen = rows if key is Key.RESUME_ALL else selected
                ids = [row.id for row in chosen if row.rests]
                self._do(
                    source.resume,
                    ids,
                    "resumed",
                    "nothing to resume: nothing of it is paused or has failed",
                )
            case _:
                return False
        return True

    def _do(
        self,
        wish: Callable[[Sequence[int]], Sequence[str]],
        ids: Sequence[int],
        done: str,
        nothing: str,
    ) -> None:
        try:
            notices = wish(ids) if ids else (nothing,)
        except BusyError:
            notices = ("another process is writing to the queue; press it again",)
        several = f"{len(ids)} jobs" if len(ids) > 1 else f"job {ids[0]}" if ids else ""
        self._message = " ".join(notices) or f"{several} {done}"
        self._message_until_s = time.monotonic() + _MESSAGE_S
