"""Where part files come from: found again, or created where nothing is."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path

from ddm.disk.directory import Directory
from ddm.disk.elsewhere import Elsewhere, Here
from ddm.disk.folders import Folders
from ddm.disk.locking import lock, open_beside, open_locked, unlock
from ddm.disk.names import candidates
from ddm.disk.partfile import PartFile, file_exists, part_exists
from ddm.disk.preallocate import lacking_bytes
from ddm.disk.removing import remove
from ddm.errand import Done, Errand, Failed, Slices
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.limits import PART_SUFFIX
from ddm.record import PartIdentity


class LocalDisk:
    """The file systems of this machine. Fits `ports.Disk`.

    boot_id: see `epoch.boot_id`. elsewhere: where what takes its time is done; whoever has a loop sets another.
    The process's umask is read here, once.
    """

    def __init__(self, boot_id: str) -> None:
        self._boot_id = boot_id
        self.elsewhere: Elsewhere = Here()
        self._folders = Folders()
        self._locks: set[int] = set()
        self._mode = 0o666 & ~_umask()

    def locked(self) -> Iterator[int]:
        """The descriptors that have the locks of what is open."""
        return iter(self._locks)

    def close(self) -> None:
        """Let go of what was opened and came to nobody, because of a KeyboardInterrupt in between."""
        self._folders.clear()
        while self._locks:
            fd = self._locks.pop()
            unlock(fd)
            os.close(fd)

    def open_part(
        self,
        directory: str,
        name: str,
        *,
        exact: bool,
        size_bytes: int | None,
        resume: PartIdentity | None,
        replace: bool = False,
    ) -> Slices[PartFile]:
        """The part file of a job, locked, with room for `size_bytes`, which is made at once if that is little.

        resume: the file to go on with; if it is not there any more, or is another one, a new one is
        made at a free name, and it is never that inode again. exact: only `name` will do.
        replace: a file or a link of that name is in nobody's way; a directory or a device is.
        Raises FailureError (NO_DIRECTORY, FILE_EXISTS, FILE_BUSY, DISK_FULL), or OSError.
        """
        opening = Slices(
            self._open_part(
                directory,
                name,
                exact=exact,
                size_bytes=size_bytes,
                resume=resume,
                replace=replace,
            )
        )
        opening.step()
        return opening

    def _open_part(
        self,
        directory: str,
        name: str,
        *,
        exact: bool,
        size_bytes: int | None,
        resume: PartIdentity | None,
        replace: bool,
    ) -> Generator[None, None, PartFile]:
        _must_be_a_name(directory, name)
        folder = self._folders.open(directory, self.elsewhere)
        part = None
        try:
            if replace:
                _must_be_replaceable(folder, name)
            part = resume and self._reopen(folder, name, resume, exact=exact and not replace)
            if replace:
                part = part or self._create_beside(folder, name, avoid=resume)
            part = part or self._create(folder, name, exact=exact, avoid=resume)
            self.elsewhere.get_ready()
            if size_bytes is not None:
                yield from part.set_aside(size_bytes)
        except BaseException:
            if part and not part.kept:
                part.discard()
            elif part:
                part.close()
            else:
                folder.close()
            raise
        return part

    def lacking_bytes(self, directory: str, name: str, size_bytes: int | None) -> int:
        """How much more room NAME.part needs there than there is; 0 or less is enough. Never raises.

        Where nobody can say, 0: the real call will tell.
        """
        try:
            return lacking_bytes(Path(directory, name + PART_SUFFIX), size_bytes)
        except (OSError, ValueError):  # ValueError: a name with a NUL in it
            return 0

    def is_published(
        self, directory: str, name: str, identity: PartIdentity, *, settle: bool = True
    ) -> bool:
        """Whether the file has its final name already, and with `settle` on the disk. Never raises.

        So it is where a crash came between rename and DONE. The crash may have come before the directory was synced,
        too: to settle makes up for that, and waits for it; False if it does not work.
        """
        if not Path(directory).is_dir():
            return False
        try:
            with closing(Directory(directory, self.elsewhere)) as folder:
                published = folder.holds(name, identity)
                if published and settle:
                    folder.sync()
                return published
        except (FailureError, OSError):
            return False

    def remove_files(self, directory: str, name: str, identity: PartIdentity) -> Errand[bool]:
        """Unlink that very file, under its part name or its final one; whether it was there.

        It is on the disk when the errand is over. Raises FailureError (NO_DIRECTORY; FILE_BUSY while another process is
        writing it), or OSError with the path.
        """
        try:
            _must_be_a_name(directory, name)
            if not Path(directory).is_dir():
                return Done(lambda: False)
            folder = self._folders.open(directory, self.elsewhere)
        except (FailureError, OSError) as error:
            return Failed(error)
        try:
            return remove(folder, name, identity)
        except (FailureError, OSError) as error:
            folder.close()
            return Failed(error)

    def _reopen(
        self, folder: Directory, name: str, resume: PartIdentity, *, exact: bool
    ) -> PartFile | None:
        """The file that `resume` says, if it is at its name still."""
        part_name = name + PART_SUFFIX
        if not folder.holds(part_name, resume):
            return None
        if exact and folder.lstat(name) and not folder.holds(name, resume):
            raise file_exists(folder.path_of(name))
        lock_fd = open_locked(folder, part_name, resume)
        if lock_fd is None:
            return None
        try:
            self._locks.add(lock_fd)
            return self._part(folder, name, lock_fd, os.fstat(lock_fd), kept=True)
        except BaseException:
            self._locks.discard(lock_fd)
            os.close(lock_fd)
            raise

    def _create(
        self, folder: Directory, name: str, *, exact: bool, avoid: PartIdentity | None
    ) -> PartFile:
        """A new file at a free pair of names."""
        for free in (name,) if exact else candidates(name):
            part_name = free + PART_SUFFIX
            if folder.lstat(free):
                if exact:
                    raise file_exists(folder.path_of(free))
                continue
            try:
                fd, found = _create_other(folder, part_name, avoid)
            except FileExistsError as error:
                if exact:
                    raise part_exists(folder.path_of(part_name)) from error
                continue
            return self._locked(folder, free, fd, found)
        raise file_exists(folder.path_of(name))

    def _create_beside(
        self, folder: Directory, name: str, *, avoid: PartIdentity | None
    ) -> PartFile:
        """A new file for a name that will be replaced: only its part name has to be free."""
        part_name = name + PART_SUFFIX
        try:
            fd, found = _create_other(folder, part_name, avoid)
        except FileExistsError as error:
            raise part_exists(folder.path_of(part_name)) from error
        return self._locked(folder, name, fd, found)

    def _locked(
        self, folder: Directory, name: str, lock_fd: int, found: os.stat_result
    ) -> PartFile:
        """The part file of a descriptor that was just created; unlinked again if it cannot be locked."""
        part_name = name + PART_SUFFIX
        try:
            lock(lock_fd, folder.path_of(part_name))
            self._locks.add(lock_fd)
            return self._part(folder, name, lock_fd, found, kept=False)
        except BaseException:
            self._locks.discard(lock_fd)
            os.close(lock_fd)
            folder.unlink(part_name)
            raise

    def _part(
        self, folder: Directory, name: str, lock_fd: int, found: os.stat_result, *, kept: bool
    ) -> PartFile:
        return PartFile(
            folder,
            name,
            open_beside(folder, name + PART_SUFFIX, lock_fd),
            lock_fd,
            found=found,
            boot_id=self._boot_id,
            kept=kept,
            mode=self._mode,
            locked=self._locks,
        )


def _umask() -> int:
    """The process's, without setting it: another thread may be making a file."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - no need of pathlib
        for line in status:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    umask = os.umask(0o077)  # too private a file at that moment is no harm
    os.umask(umask)
    return umask


def _must_be_a_name(directory: str, name: str) -> None:
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise OSError(errno.EINVAL, "not a file name", f"{directory}/{name}")


def _must_be_replaceable(folder: Directory, name: str) -> None:
    """Nothing, a file or a link: said before anything is fetched."""
    found = folder.lstat(name)
    if found is None or stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode):
        return
    what = "a directory" if stat.S_ISDIR(found.st_mode) else "no file"
    message = f"{folder.path_of(name)} is {what} and is not replaced; choose another name"
    raise FailureError(Failure(Kind.FILE_EXISTS, message, Exit.FILE_EXISTS))


def _create_other(
    folder: Directory, part_name: str, avoid: PartIdentity | None
) -> tuple[int, os.stat_result]:
    """A new file with another inode than `avoid`.

    ext4 gives the number of a removed file to the next one. The claims about the removed file would
    then be believed of the new one, if a crash came before they are taken back.
    """
    fd = folder.create(part_name)
    found = os.fstat(fd)
    if avoid is None or (found.st_dev, found.st_ino) != (avoid.device, avoid.inode):
        return fd, found
    try:
        folder.unlink(part_name)
        other = folder.create(part_name)
        return other, os.fstat(other)
    finally:
        os.close(fd)  # only now: until here the number is taken
