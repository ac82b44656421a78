"""NAME.part: the file that bytes go into, until it is whole and gets its name."""

from __future__ import annotations

import errno
import os
from collections.abc import Generator, Sequence
from contextlib import suppress

from ddm.disk.directory import Directory, mount_of
from ddm.disk.locking import unlock
from ddm.disk.names import candidates
from ddm.disk.preallocate import set_aside
from ddm.disk.settled import Changes
from ddm.errand import After, Errand, Failed
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.limits import PART_SUFFIX
from ddm.record import PartIdentity
from ddm.spec import Checksum

_BUFFERS_MAX = os.sysconf("SC_IOV_MAX")  # of one pwritev(2); 1024 on Linux


def file_exists(path: str) -> FailureError:
    """The failure that a taken name is."""
    message = f"{path} exists already; move it away or choose another name"
    return FailureError(Failure(Kind.FILE_EXISTS, message, Exit.FILE_EXISTS))


def part_exists(path: str) -> FailureError:
    """The failure that a taken name of a part file is: another download's, perhaps of one that was killed."""
    message = (
        f"{path} is in the way, an unfinished file of another download; "
        "remove it if nobody goes on with it, or choose another name"
    )
    return FailureError(Failure(Kind.FILE_EXISTS, message, Exit.FILE_EXISTS))


class PartFile:
    """One part file, open and locked; `LocalDisk.open_part` makes it. Fits `ports.Part`.

    It owns two descriptors of the file and is a user of its directory. `lock_fd` has the lock and stays in this
    process; `fd` is written to and handed out. `found`: the file as it is. `mode`: permissions that
    the whole file gets; until then only its owner may read it. `locked`: where `lock_fd` is as long as it is open.
    """

    def __init__(  # noqa: PLR0913 - all that is known of it
        self,
        folder: Directory,
        name: str,
        fd: int,
        lock_fd: int,
        *,
        found: os.stat_result,
        boot_id: str,
        kept: bool,
        mode: int,
        locked: set[int],
    ) -> None:
        self._folder = folder
        self._name = name
        self._fd = fd
        self._lock_fd = lock_fd
        self._locked = locked
        self._elsewhere = folder.elsewhere
        self._mode = mode
        self._kept = kept
        self._kept_bytes = found.st_size if kept else 0
        self._least_bytes = found.st_size  # how long it stays, unless another program cuts it
        self._path = folder.path_of(name + PART_SUFFIX)
        # Of a file that was there, another mount may lie over its name.
        mount = mount_of(fd, self._path) if kept else folder.mount
        self._identity = PartIdentity(boot_id, found.st_dev, found.st_ino, mount)
        self._unsynced: OSError | None = None
        self._part_name = name + PART_SUFFIX
        self._replaced = False
        self._renaming = Changes()  # those of the directory that the final name is among

    @property
    def name(self) -> str:
        """The final name that it will get; after `publish` the one that it has."""
        return self._name

    @property
    def identity(self) -> PartIdentity:
        """Which file this is, and in which life of the machine and on which mount it is written now."""
        return self._identity

    @property
    def kept(self) -> bool:
        """Whether it is the file that was asked for with `resume`; else it is new and empty."""
        return self._kept

    @property
    def kept_bytes(self) -> int:
        """How long the kept file was found; 0 for a new one. A claim past it cannot be true."""
        return self._kept_bytes

    def set_aside(self, size_bytes: int) -> Generator[None, None, None]:
        """See `preallocate.set_aside`. A kept file keeps its length: claims are checked by it."""
        try:
            yield from set_aside(self._fd, size_bytes, self._path, extend=not self._kept)
            if not self._kept:
                self._least_bytes = size_bytes
        except OSError as error:
            error.filename = self._path
            raise

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:
        """Write the buffers one after the other from `offset`. Raises OSError with the path.

        EIO for a file that another program has cut: bytes are missing that were written, and this write would hide it.
        """
        try:
            self._size_bytes()
            end = _write_all(self._fd, buffers, offset)
            self._least_bytes = max(self._least_bytes, end)
        except OSError as error:
            error.filename = self._path
            raise

    def sync(self, size_bytes: int | None = None) -> Errand[None]:
        """Give the file that length if said, then fdatasync. Raises OSError with the path; EIO as `write_at`.

        What a sync that failed was to cover no later one vouches for: each fails after it.
        """
        try:
            self._check_synced()
        except OSError as error:
            return Failed(error)
        if size_bytes is not None:
            self._least_bytes = min(self._least_bytes, size_bytes)
        errand = self._elsewhere.sync(self._fd, self._lock_fd, self._path, size_bytes)
        return After(errand, self._synced)

    def _synced(self, errand: Errand[None]) -> None:
        try:
            errand.result()
        except OSError as error:
            self._unsynced = error
        self._check_synced()

    def _check_synced(self) -> None:
        if self._unsynced is not None:
            raise self._unsynced
        try:
            self._size_bytes()
        except OSError as error:
            error.filename = self._path
            raise

    def digest(self, algorithms: Sequence[str], size_bytes: int) -> Errand[tuple[Checksum, ...]]:
        """The digests of so much of the file. Raises OSError with the path."""
        return self._elsewhere.digest(self._fd, self._path, algorithms, size_bytes)

    def publish(self, *, exact: bool, replace: bool = False) -> str:
        """Give the file its final name; the name it got, which is on the disk after `settle`.

        replace: a file of that name is replaced, in one step.
        exact: FILE_EXISTS if the name was taken meanwhile, instead of taking the next free one.
        Raises FailureError; OSError with the path. Then the file stays open, for `close`, and has its part name.
        """
        if not self._folder.is_at_its_path:
            moved = (
                f"{self._folder.path} was moved or removed meanwhile; put it back, or run it again"
            )
            raise FailureError(Failure(Kind.DISK_ERROR, moved, Exit.DISK_ERROR))
        self._must_be_at(self._part_name)
        with suppress(PermissionError):  # FAT has no permissions; the bytes are right all the same
            try:
                os.fchmod(self._fd, self._mode)
            except OSError as error:
                error.filename = self._path
                raise
        self._replaced = replace
        self._name = self._replace() if replace else self._rename(exact=exact)
        self._must_be_at(self._name)
        return self._name

    def settle(self) -> Errand[None]:
        """Put the final name on the disk, and close. One sync of a directory serves all files that were renamed before.

        Raises OSError with the path. Then the file stays open, for `close`, and has its part name again, unless another
        file was replaced.
        """
        return After(self._folder.settle(self._renaming), self._settled)

    def _settled(self, errand: Errand[None]) -> None:
        try:
            errand.result()
        except OSError:
            if not self._replaced:  # what was there is gone
                self._take_back()
            raise
        self.close()

    def _take_back(self) -> None:
        """Undo the rename: of a file under a name that may not last nobody knows in the next run that it is whole."""
        with suppress(OSError):
            self._folder.rename(self._name, self._part_name)
            self._name = self._part_name.removesuffix(PART_SUFFIX)
            os.fchmod(self._fd, 0o600)

    def close(self) -> None:
        """Unlock and close; the file stays. Again is no error."""
        fd, self._fd = self._fd, -1
        if fd < 0:
            return
        try:
            lock_fd, self._lock_fd = self._lock_fd, -1
            unlock(lock_fd)
            self._locked.discard(lock_fd)
            os.close(lock_fd)
            if os.fstat(fd).st_nlink:
                os.close(fd)
            else:  # it has no name any more: closing frees it, which takes its time
                self._elsewhere.bury(fd)
        finally:
            self._folder.close()

    def discard(self) -> None:
        """Remove the part file, if it still is ours, and close. After `close` it does nothing."""
        try:
            if self._fd >= 0 and self._is_at(self._part_name):
                self._folder.unlink(self._part_name)
        finally:
            self.close()

    def _replace(self) -> str:
        replaced_fd = self._folder.hold(self._name)
        try:
            self._renaming = self._folder.replace(self._part_name, self._name)
        finally:
            if replaced_fd is not None:
                self._elsewhere.bury(replaced_fd)
        return self._name

    def _rename(self, *, exact: bool) -> str:
        for name in (self._name,) if exact else candidates(self._name):
            if name != self._name and self._folder.lstat(name + PART_SUFFIX):
                continue  # another job will want that name
            try:
                self._renaming = self._folder.rename(self._part_name, name)
            except OSError as error:
                if error.errno != errno.EEXIST:
                    raise
                if self._is_at(name):  # a crash between link and unlink left both names
                    self._renaming = self._folder.unlink(self._part_name)
                    return name
            else:
                return name
        raise file_exists(self._folder.path_of(self._name))

    def _size_bytes(self) -> int:
        """How long the file is. EIO if another program has cut it."""
        size_bytes = os.fstat(self._fd).st_size
        if size_bytes < self._least_bytes:
            raise OSError(errno.EIO, "another program has cut it short; run it again")
        return size_bytes

    def _is_at(self, name: str) -> bool:
        return self._folder.holds(name, self._identity)

    def _must_be_at(self, name: str) -> None:
        if not self._is_at(name):
            message = f"{self._folder.path_of(name)} was moved or replaced meanwhile; run it again"
            raise FailureError(Failure(Kind.DISK_ERROR, message, Exit.DISK_ERROR))


def _write_all(fd: int, buffers: Sequence[bytes], offset: int) -> int:
    """Every byte of the buffers, however short the kernel's writes are; where they end."""
    rest = [memoryview(b) for b in buffers if b]
    while rest:
        count = os.pwritev(fd, rest[:_BUFFERS_MAX], offset)
        if not count:
            raise OSError(errno.EIO, os.strerror(errno.EIO))  # else this would never end
        offset += count
        done = 0
        while done < len(rest) and count >= len(rest[done]):
            count -= len(rest[done])
            done += 1
        del rest[:done]
        if count:
            rest[0] = rest[0][count:]
    return offset
