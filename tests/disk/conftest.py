import os
import resource
import subprocess
from contextlib import contextmanager

import pytest

from ddm.disk.localdisk import LocalDisk


@pytest.fixture
def disk():
    return LocalDisk("boot-1")


@pytest.fixture
def open_part(disk, tmp_path):
    """Opens parts in tmp_path, by default "f" of unknown length, and closes them at the end."""
    parts = []

    def opened(name="f", *, exact=False, size_bytes=None, resume=None, directory=tmp_path, **asked):
        opening = disk.open_part(
            str(directory), name, exact=exact, size_bytes=size_bytes, resume=resume, **asked
        )
        while not opening.over:
            opening.step()
        parts.append(opening.result())
        return parts[-1]

    yield opened
    for part in parts:
        part.close()


@pytest.fixture
def small_tmpfs(tmp_path):
    """A file system of 1 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a tmpfs")
    where = tmp_path / "small"
    where.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(where)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("this system does not let us mount a tmpfs")
    yield where
    subprocess.run(["umount", "-l", str(where)], check=True)


@pytest.fixture
def file_size_limit():
    """A context in which no file may grow past so many bytes."""

    @contextmanager
    def limited(limit_bytes):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited
