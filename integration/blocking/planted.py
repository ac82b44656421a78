"""Files and rows as an earlier run would have left them: part files of any size, without fetching them."""

from __future__ import annotations

import os
import random
from pathlib import Path

from ddm.byteranges import RangeSet
from ddm.disk.directory import mount_of
from ddm.disk.epoch import boot_id
from ddm.entry import Claims, Entry, File, NewState
from ddm.http.representation import Representation
from ddm.limits import PART_SUFFIX
from ddm.record import PartIdentity, State
from ddm.spec import JobSpec
from ddm.store.jobs import JobStore

_MIB = 1 << 20


def sparse(path: Path, size_bytes: int) -> Path:
    """A file of zeros that takes no room."""
    with path.open("wb") as file:
        file.truncate(size_bytes)
    return path


def written(path: Path, size_bytes: int, *, synced: bool = False) -> Path:
    """A file that was written just now; what of it is in memory is on the disk, too, if it is synced."""
    block = random.Random(7).randbytes(_MIB)
    with path.open("wb") as file:
        for _ in range(size_bytes // _MIB):
            file.write(block)
        if synced:
            file.flush()
            os.fdatasync(file.fileno())
    return path


def identity_of(path: Path) -> PartIdentity:
    """Which file that is, as a row has it."""
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        mount = mount_of(file.fileno(), str(path))
    return PartIdentity(boot_id(os.environ), found.st_dev, found.st_ino, mount)


def plant(
    store: JobStore, spec: JobSpec, path: Path, state: State = State.QUEUED, *, claimed: bool = True
) -> int:
    """The row of a job whose file is there, under its part name or its own; claimed: every byte of it."""
    size_bytes = path.stat().st_size
    claims = RangeSet.of(0, size_bytes) if claimed else RangeSet()
    entry = Entry(
        file=File(
            path.name.removesuffix(PART_SUFFIX),
            Representation(size_bytes if claimed else None, '"one"' if claimed else None),
            identity_of(path),
            0,
        ),
        claims=Claims(claims, RangeSet()),
        state=NewState(state),
    )
    with store.transaction(durable=True):
        (job_id,) = store.add([spec])
        store.write(job_id, entry)
    return job_id
