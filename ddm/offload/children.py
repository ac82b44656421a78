"""The child processes of a loop: asked for what would hold it, and never waited for.

An errand is over in the turn in which its child's answer arrived, or that it could not be done.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from ddm.errand import Errand
from ddm.limits import LOOK_UP_TIMEOUT_S
from ddm.offload import process
from ddm.offload.asked import Asked
from ddm.offload.kinds import Burial, Checkpoint, Digest, LookUp, Sync
from ddm.offload.lane import LEAVING, Habits, Lane
from ddm.spec import Checksum

# Two syncs wait for a disk no longer than one; two digests take two cores, as far as nobody else
# needs them: downloads go on meanwhile. A child asks for 128 names at once, each in
# a thread: no list has more hosts in work. What is freed and moved in the background has a child of its own, so
# that a sync never waits for it; its messages may hold a path of 4 KiB each.
_SYNCING = Habits(children_max=2, in_hand_max=64)
_READING = Habits(children_max=2, in_hand_max=1, niceness=10)
_NAMES = Habits(children_max=1, in_hand_max=128, abreast=True, within_s=LOOK_UP_TIMEOUT_S)
_TIDYING = Habits(children_max=1, in_hand_max=16)
# What was killed is dead in 2 ms, if it is not in the middle of a system call and has a CPU to die on. All together are
# waited for so long: a host that goes on without us shall not have zombies.
_REAP_S = 0.5


class Member(Protocol):
    """See multi.reactor.Member."""

    def deadline(self) -> float | None:
        """When it wants to be run."""

    def run(self, now: float) -> None:
        """Do what is due."""


class Loop(process.Loop, Protocol):
    """The part of `multi.reactor.Reactor` that is needed here."""

    def join(self, member: Member) -> None:
        """See Reactor.join."""

    def leave(self, member: Member) -> None:
        """See Reactor.leave."""


class Children:
    """Started when they are first needed, and gone when they have had nothing to do for a while.

    Where none can be had, syncs, digests and burials are done in the loop, and all else fails with the reason.
    """

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._due_s: float | None = None
        self._syncing = Lane(_SYNCING, loop, self._on_news)
        self._reading = Lane(_READING, loop, self._on_news)
        self._names = Lane(_NAMES, loop, self._on_news)
        self._tidying = Lane(_TIDYING, loop, self._on_news)
        self._lanes = (self._syncing, self._reading, self._names, self._tidying)
        self._closed = False
        loop.join(self)

    @property
    def pids(self) -> list[int]:
        """The process ids of those that there are."""
        return [pid for lane in self._lanes for pid in lane.pids]

    @property
    def busy(self) -> bool:
        """Whether there is anything to be done."""
        return any(lane.busy for lane in self._lanes)

    # -- what can be asked for ---------------------------------------------------------------------

    def get_ready(self) -> None:
        """There will be a sync before long: a child takes a while to be up."""
        self._syncing.get_ready()

    def sync(
        self, fd: int, witness_fd: int, path: str, size_bytes: int | None = None
    ) -> Errand[None]:
        """Put a file of this size, or the names of a directory, on the disk. Both descriptors stay the caller's.

        fd is used until the errand is over, also if the caller closes it. witness_fd: another open file description of
        the same inode that was opened before anything was written, handed to nobody; open until the errand is over. (Of
        a directory it may be `fd`.) Raises OSError with the path.
        """
        return self._ask(self._syncing, Sync(path, witness_fd, size_bytes, self._let_go), fd)

    def digest(
        self, fd: int, path: str, algorithms: Sequence[str], size_bytes: int
    ) -> Errand[tuple[Checksum, ...]]:
        """The digests of a whole file, in the order of `algorithms`. fd: as for `sync`.

        Raises OSError with the path.
        """
        return self._ask(self._reading, Digest(path, algorithms, size_bytes, self._let_go), fd)

    def bury(self, fd: int) -> None:
        """Take a descriptor over and have it closed elsewhere: where a file without a name is freed with it."""
        burial = Burial()
        burial.fd = fd
        self._ask(self._tidying, burial)

    def look_up(self, host: str) -> Errand[tuple[str, ...]]:
        """A host's addresses, in the order in which they are to be tried. Raises FailureError, UNRESOLVED."""
        return self._ask(self._names, LookUp(host))

    def checkpoint(self, database_path: str) -> Errand[None]:
        """Move a database's log into it, as far as its readers allow; the first commit of the next log is made, too.

        Raises OSError with the path: EBUSY if somebody was writing all the time.
        """
        return self._ask(self._tidying, Checkpoint(str(Path(database_path).absolute())))

    # -- the loop ----------------------------------------------------------------------------------

    def deadline(self) -> float | None:
        """See multi.reactor.Member."""
        return self._due_s

    def run(self, now: float) -> None:
        """See multi.reactor.Member."""
        if self._due_s is None or now < self._due_s:
            return
        self._due_s = None
        dues = [lane.run(now) for lane in self._lanes]
        dues.append(self._due_s)  # there may have been news meanwhile
        self._due_s = min((due for due in dues if due is not None), default=None)

    def close(self) -> None:
        """Kill them all, whatever they are at; what was asked fails. Waits for none of them. Again is no error."""
        if self._closed:
            return
        self._closed = True
        self._loop.leave(self)
        if self._tidying.busy:
            self._tidying.hand_over(self._loop.now)
        for lane in self._lanes:
            lane.close()
        late_s = monotonic() + _REAP_S
        for lane in self._lanes:
            lane.reap(late_s)

    def _on_news(self) -> None:
        self._due_s = self._loop.now

    def _ask(self, lane: Lane, asked: Asked[Any], fd: int | None = None) -> Asked[Any]:
        """fd: goes along, as a descriptor of our own: the caller may close his before a child has it."""
        if self._closed:
            asked.fail(LEAVING)
            return asked
        try:
            if fd is not None:
                asked.fd = os.dup(fd)
        except OSError as error:
            asked.fail(error)
        else:
            lane.ask(asked)
        return asked

    def _let_go(self, fd: int) -> None:
        """Close a request's descriptor; where it is the last of a file without a name, that is not ours to do."""
        if self._closed or os.fstat(fd).st_nlink:
            os.close(fd)
        else:
            self.bury(fd)
