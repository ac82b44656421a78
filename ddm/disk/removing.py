"""The files of a job that is to go with them: unlinked at once, freed elsewhere; gone for good when that is synced."""

from __future__ import annotations

import os
from functools import partial

from ddm.disk.directory import Directory
from ddm.disk.locking import open_locked
from ddm.disk.settled import Changes
from ddm.errand import After, Done, Errand
from ddm.limits import PART_SUFFIX
from ddm.record import PartIdentity


def remove(folder: Directory, name: str, identity: PartIdentity) -> Errand[bool]:
    """Unlink that very file, under its part name or its final one; whether it was there. The folder is closed after it.

    The errand is over when that is on the disk. Raises FailureError (FILE_BUSY while another process is writing it), or
    OSError with the path; then the folder stays open.
    """
    changes = _unlink_part(folder, name + PART_SUFFIX, identity)
    if folder.holds(name, identity):
        changes = _unlink_held(folder, name, folder.hold(name))
    if changes is None:
        folder.close()
        return Done(lambda: False)
    return After(folder.settle(changes), partial(_removed, folder))


def _unlink_part(folder: Directory, part_name: str, identity: PartIdentity) -> Changes | None:
    fd = open_locked(folder, part_name, identity)
    return None if fd is None else _unlink_held(folder, part_name, fd)


def _unlink_held(folder: Directory, name: str, fd: int | None) -> Changes:
    """Take away the name of a file that is open, and have it freed elsewhere."""
    try:
        changes = folder.unlink(name)
    except OSError:
        if fd is not None:
            os.close(fd)  # here: nobody else is to have its lock
        raise
    if fd is not None:
        folder.elsewhere.bury(fd)
    return changes


def _removed(folder: Directory, settling: Errand[None]) -> bool:
    try:
        settling.result()
        return True
    finally:
        folder.close()
