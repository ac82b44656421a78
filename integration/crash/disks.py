"""File systems of a test's own: a small tmpfs, and an ext4 whose power can be cut. Both need root."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import pytest

# EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (fs/ext4/ext4.h): from this moment on nothing more reaches
# the disk, not even the journal. It is what xfstests does for a power cut.
_SHUTDOWN = 0x8004587D
_NO_LOG_FLUSH = struct.pack("I", 2)
_TOOLS = ("mkfs.ext4", "losetup", "mount", "umount", "blockdev")
_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


def run(*command: object) -> str:
    """Run a tool; what it said. Raises CalledProcessError."""
    done = subprocess.run(
        [str(word) for word in command],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": _PATH, "LC_ALL": "C"},
    )
    return done.stdout.strip()


def need(*tools: str) -> None:
    """Skip the test, with its reason, where file systems cannot be mounted."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount file systems")
    missing = [tool for tool in tools if not shutil.which(tool, path=_PATH)]
    if missing:
        pytest.skip(f"missing: {', '.join(missing)} (apt-get install e2fsprogs mount)")


@contextmanager
def tmpfs(point: Path, size_bytes: int) -> Iterator[Path]:
    """A tmpfs of that size, mounted for as long as the block lasts."""
    need("mount", "umount")
    point.mkdir(parents=True)
    try:
        run("mount", "-t", "tmpfs", "-o", f"size={size_bytes},mode=700", "ddm-test", point)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no tmpfs can be mounted here: {error.stderr.splitlines()[0]}")
    try:
        yield point
    finally:
        run("umount", "--lazy", point)


class Ext4:
    """An ext4 in an image file on a loop device, mounted at `point` for as long as the `with` block lasts."""

    def __init__(self, home: Path, size_bytes: int, options: str = "") -> None:
        self.point = home / "disk"
        self._image = home / "image"
        self._options = options
        self._loop = ""
        self.point.mkdir(parents=True)
        with self._image.open("wb") as file:
            file.truncate(size_bytes)

    def __enter__(self) -> Self:
        run("mkfs.ext4", "-q", "-F", self._image)
        self._loop = run("losetup", "--find", "--show", self._image)
        try:
            self._mount()
        except BaseException:
            self._detach()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        with suppress(subprocess.CalledProcessError):
            run("umount", "--lazy", self.point)
        self._detach()
        self._image.unlink()

    def sync(self) -> None:
        """Everything that is there now is on the disk."""
        run("sync", "--file-system", self.point)

    def cut(self) -> None:
        """Cut the power: what the disk did not get by now it never gets."""
        fd = os.open(self.point, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, _SHUTDOWN, _NO_LOG_FLUSH)
        finally:
            os.close(fd)

    def restart(self) -> None:
        """Mount what the disk had got, at the same place. Nobody may have a file open there.

        It is a copy of the backing file: what the mounted file system still had in memory is not in it, nor what
        unmounting writes. The loop device stays the same, as a disk has the same number after a power cut.
        """
        copy = self._image.with_name("copy")
        run("cp", "--sparse=always", self._image, copy)
        run("umount", self.point)
        run("cp", "--sparse=always", copy, self._image)
        run("blockdev", "--flushbufs", self._loop)
        self._mount()

    def _mount(self) -> None:
        run("mount", *(["-o", self._options] if self._options else []), self._loop, self.point)

    def _detach(self) -> None:
        with suppress(subprocess.CalledProcessError):
            run("losetup", "--detach", self._loop)


@contextmanager
def ext4(home: Path, size_bytes: int, options: str = "") -> Iterator[Ext4]:
    """An ext4, or a skipped test with its reason."""
    need(*_TOOLS)
    disk = Ext4(home, size_bytes, options)
    try:
        disk.__enter__()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no ext4 can be mounted here: {error.stderr.splitlines()[0]}")
    try:
        yield disk
    finally:
        disk.__exit__()
