"""Whether a file that was fetched earlier is still there, and still is that file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ddm.disk.digester import FileDigester
from ddm.record import JobRecord
from ddm.spec import Checksum


def is_there(record: JobRecord) -> bool:
    """Whether the file still has its name and its size."""
    path = record.path
    if path is None:
        return False
    try:
        size_bytes = Path(path).stat().st_size
    except OSError:
        return False
    return record.size_bytes in (None, size_bytes)


def has_digests(record: JobRecord, checksums: Sequence[Checksum]) -> bool:
    """Whether the file has these digests. Reads all of it."""
    path = record.path
    if path is None:
        return False
    algorithms = list(dict.fromkeys(checksum.algorithm for checksum in checksums))
    try:
        with Path(path).open("rb", buffering=0) as file:
            size_bytes = os.fstat(file.fileno()).st_size
            digester = FileDigester(file.fileno(), path, algorithms, size_bytes)
            digester.step(size_bytes)
    except OSError:
        return False
    return set(checksums) <= set(digester.found())
