"""A disk for many big files: it keeps which ranges of them were written, and not the bytes. Fits `ddm.ports.Disk`.

Every write is compared with the body that its file is to hold, and a file gets its name only when it is whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

from ddm.byteranges import RangeSet
from ddm.errand import Done
from ddm.record import PartIdentity
from ddm.testing.body import Body
from ddm.testing.story import Story


class ShallowDisk:
    """Every file by its name.

    full: the names of the files that have every byte. whole: the names that files got. twice_bytes: what was written
    though it had been before.
    """

    def __init__(self, bodies: Mapping[str, Body], story: Story) -> None:
        self.full: set[str] = set()
        self.whole: set[str] = set()
        self.twice_bytes = 0
        self._bodies = bodies
        self._story = story
        self._parts: dict[PartIdentity, ShallowPart] = {}

    def open_part(  # noqa: D102 - as ports.Disk has it
        self,
        directory: str,  # noqa: ARG002 - there is one
        name: str,
        *,
        exact: bool,  # noqa: ARG002 - every name is free
        size_bytes: int | None,  # noqa: ARG002 - there is room
        resume: PartIdentity | None,
        replace: bool = False,  # noqa: ARG002 - as above
    ) -> Done[ShallowPart]:
        return Done(lambda: self._opened(name, resume))

    def _opened(self, name: str, resume: PartIdentity | None) -> ShallowPart:
        if resume is not None and resume in self._parts:
            part = self._parts[resume]
            part.reopen()
            return part
        if not self._bodies[name].size:
            self.full.add(name)
        identity = PartIdentity("boot", 1, len(self._parts) + 1)
        self._parts[identity] = ShallowPart(self, self._story, name, self._bodies[name], identity)
        return self._parts[identity]

    def lacking_bytes(self, directory: str, name: str, size_bytes: int | None) -> int:  # noqa: ARG002, D102
        return 0

    def is_published(  # noqa: D102
        self,
        directory: str,  # noqa: ARG002 - as above
        name: str,
        identity: PartIdentity,  # noqa: ARG002 - as above
        *,
        settle: bool = True,  # noqa: ARG002 - as above
    ) -> bool:
        return name in self.whole

    def remove_files(self, directory: str, name: str, identity: PartIdentity) -> NoReturn:  # noqa: ARG002, D102
        raise self._story.violation(f"nobody wished {name} to be removed")


class ShallowPart:
    """One part file. Fits `ddm.ports.Part`."""

    def __init__(
        self, disk: ShallowDisk, story: Story, name: str, body: Body, identity: PartIdentity
    ) -> None:
        self.name = name
        self.identity = identity
        self.kept = False
        self._disk = disk
        self._story = story
        self._body = body
        self._written = RangeSet()
        self._open = True

    @property
    def kept_bytes(self) -> int:  # noqa: D102 - as ports.Part has it
        return max((r.stop for r in self._written), default=0) if self.kept else 0

    def reopen(self) -> None:
        """Somebody goes on with it."""
        self.kept = self._open = True

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:  # noqa: D102
        begin = offset
        for data in buffers:
            if not self._open or not self._body.holds(data, offset):
                raise self._story.violation(f"{self.name}: wrong bytes at {offset}")
            offset += len(data)
        new = RangeSet.of(begin, offset)
        self._disk.twice_bytes += new.total - new.minus(self._written).total
        self._written = self._written.union(new)
        if self._written == RangeSet.of(0, self._body.size):
            self._disk.full.add(self.name)

    def sync(self, size_bytes: int | None = None) -> Done[None]:  # noqa: ARG002
        """Nothing is ever lost here."""
        return Done(lambda: None)

    def digest(self, algorithms: Sequence[str], size_bytes: int) -> NoReturn:  # noqa: ARG002, D102
        raise self._story.violation(f"nobody knows a digest of {self.name}")

    def publish(self, *, exact: bool, replace: bool = False) -> str:  # noqa: ARG002, D102
        if self._written != RangeSet.of(0, self._body.size):
            raise self._story.violation(f"{self.name} appears with {self._written} alone")
        self._disk.whole.add(self.name)
        self._open = False
        return self.name

    def settle(self) -> Done[None]:
        """As `sync`."""
        return Done(lambda: None)

    def close(self) -> None:  # noqa: D102
        self._open = False

    def discard(self) -> None:  # noqa: D102
        self._open = False
