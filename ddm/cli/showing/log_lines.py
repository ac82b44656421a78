"""The log, read back: the entries of all its files, the oldest first, one at a time.

What is no entry is left out: a line that a full disk tore, or the beginning of one that is being written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from ddm.errors import StateError
from ddm.log import OLD_FILES, Value

# Of ours none is longer than a few thousand; in a stranger's file a line may have no end.
_LINE_BYTES_MAX = 1 << 16


class Entry(Struct, frozen=True):
    """One line of the log. time: as it is stored, UTC. fields: what belongs to the event."""

    time: str
    level: str
    event: str
    fields: dict[str, Value]

    @property
    def job(self) -> int | None:
        """The job that it is about, None if it is about none."""
        job_id = self.fields.get("job")
        return job_id if isinstance(job_id, int) else None

    def stored(self) -> str:
        """The line as it is stored."""
        head = {"time": self.time, "level": self.level, "event": self.event}
        return json.dumps(head | self.fields)


def entries(path: Path) -> Iterator[Entry]:
    """Every entry of the log at this path and of its old files; a missing one has none. Raises StateError."""
    try:
        with ExitStack() as files:
            for file in _opened(path, files):
                while line := file.readline(_LINE_BYTES_MAX):
                    entry = _parsed(line)
                    if entry is not None:
                        yield entry
    except OSError as error:
        raise StateError(f"could not read the log {path}: {error.strerror}") from error


def _opened(path: Path, files: ExitStack) -> list[BinaryIO]:
    """The files, the oldest first.

    Opened from the youngest on: one that becomes an old file meanwhile is met twice, and so none is missed.
    """
    found: dict[tuple[int, int], BinaryIO] = {}
    for each in (path, *(path.with_name(f"{path.name}.{n}") for n in range(1, OLD_FILES + 1))):
        try:
            # O_NONBLOCK: a pipe in the file's place would wait for a writer.
            fd = os.open(each, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        file = files.enter_context(os.fdopen(fd, "rb"))
        status = os.fstat(fd)
        found.setdefault((status.st_dev, status.st_ino), file)
    return list(reversed(found.values()))


def _parsed(line: bytes) -> Entry | None:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    head = [fields.pop(name, None) for name in ("time", "level", "event")]
    time, level, event = head
    if not (isinstance(time, str) and isinstance(level, str) and isinstance(event, str)):
        return None
    return Entry(time, level, event, fields)
