"""A disk that keeps nothing: what is written to its one file leaves through a descriptor, in order.

What is not next waits in memory. It is bounded from two sides: the engine asks for nothing beyond a window, which
`on_passed` moves, and where there is one body only, the network waits while the disk is `full`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from ddm.disk.outlet import Outlet
from ddm.disk.pipepart import PipePart
from ddm.errand import Done
from ddm.limits import PASS_BYTES, PASS_SLICE_BYTES, WINDOW_STEPS
from ddm.record import PartIdentity

OnReady = Callable[[int, bool, bool], None]


class Reactor(Protocol):
    """The part of the reactor that is needed here."""

    def watch(self, fd: int, *, read: bool, write: bool, callback: OnReady) -> None:
        """End a turn's waiting when `fd` is ready."""

    def unwatch(self, fd: int) -> None:
        """Forget a descriptor."""


class PipeDisk:
    """Fits `ports.Disk`, for one job; a member of the reactor, which has to run after the manager.

    Bytes leave in `run`, never in `write_at`: by then the job's row says who vouched for the file.
    algorithms: which digests will be compared; asked once the first bytes are there.
    on_passed: told up to where all has left: at the first byte, every so often, and at the end.
    error: why nothing leaves any more.
    """

    def __init__(
        self, outlet: Outlet, window_bytes: int, algorithms: Callable[[], Iterable[str]]
    ) -> None:
        self._outlet = outlet
        self._window_bytes = window_bytes
        self._algorithms = algorithms
        self._asked_for: PipePart | None = None
        self._part: PipePart | None = None
        self._reactor: Reactor | None = None
        self._told = 0
        self._watched = False
        self._due: float | None = None
        self.on_passed: Callable[[int], None] = lambda _: None
        self.error: OSError | None = None

    # -- as a disk ---------------------------------------------------------------------------------

    def open_part(
        self,
        directory: str,  # noqa: ARG002 - files are nowhere
        name: str,
        *,
        exact: bool,  # noqa: ARG002 - no name is taken
        size_bytes: int | None,
        resume: PartIdentity | None,  # noqa: ARG002 - nothing was kept
        replace: bool = False,  # noqa: ARG002 - nothing is there
    ) -> Done[PipePart]:
        """A new file. There is one at a time."""
        part = self._part = PipePart(name, size_bytes, self._window_bytes)
        return Done(lambda: part)

    def lacking_bytes(self, directory: str, name: str, size_bytes: int | None) -> int:  # noqa: ARG002
        """Nobody knows; writing will tell."""
        return 0

    def is_published(
        self,
        directory: str,  # noqa: ARG002 - as above
        name: str,  # noqa: ARG002
        identity: PartIdentity,  # noqa: ARG002
        *,
        settle: bool = True,  # noqa: ARG002
    ) -> bool:
        """Never."""
        return False

    def remove_files(self, directory: str, name: str, identity: PartIdentity) -> Done[bool]:  # noqa: ARG002
        """There are none."""
        return Done(lambda: False)

    # -- what waits and what has left --------------------------------------------------------------

    @property
    def passed(self) -> int:
        """How many bytes have left."""
        return 0 if self._part is None else self._part.passed

    def full(self) -> bool:
        """Whether as much waits in memory as may."""
        return self._part is not None and self._part.held_bytes >= self._window_bytes

    # -- as a member of the reactor ----------------------------------------------------------------

    def use(self, reactor: Reactor) -> None:
        """Whom to ask for a turn when there is room in the pipe."""
        self._reactor = reactor

    def deadline(self) -> float | None:
        """At once, if something waits for a file or a device: there is always room in those."""
        return 0.0 if self._outlet.fd is None and self._waiting() else self._due

    def run(self, now: float) -> None:
        """Pass on what can leave."""
        before = self.passed
        if self.error is None:
            try:
                self._pour()
            except OSError as error:
                self.error = error
        waiting = self._waiting()
        pause = waiting and self.passed > before and self._outlet.pause_s > 0
        self._due = now + self._outlet.pause_s if pause else None
        self._watch(waiting and not pause)

    def close(self) -> None:
        """Wait for nothing any more; the outlet stays the caller's."""
        self._watch(wanted=False)

    def _pour(self) -> None:
        part, left_bytes = self._part, PASS_BYTES
        while part is not None and left_bytes > 0 and self._waiting():
            if self._asked_for is not part:
                self._asked_for = part
                part.digest_with(self._algorithms())
                continue  # it may have to wait now
            count = self._outlet.write(part.next_blocks(PASS_SLICE_BYTES))
            if not count:
                break
            part.pass_on(count)
            left_bytes -= count
        if part is not None:
            self._tell(part)

    def _waiting(self) -> bool:
        """Whether something is there that may leave."""
        return self.error is None and self._part is not None and self._part.ready_bytes > 0

    def _tell(self, part: PipePart) -> None:
        step = self._window_bytes // WINDOW_STEPS
        news = part.passed > self._told
        if news and (
            not self._told or part.passed >= self._told + step or part.passed == part.whole_bytes
        ):
            self._told = part.passed
            self.on_passed(part.passed)

    def _watch(self, wanted: bool) -> None:  # noqa: FBT001 - its only argument
        fd = self._outlet.fd
        if fd is None or self._reactor is None or wanted == self._watched:
            return
        self._watched = wanted
        if wanted:
            self._reactor.watch(fd, read=False, write=True, callback=lambda *_: None)
        else:
            self._reactor.unwatch(fd)
