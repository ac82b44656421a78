"""The log: one JSON object per line, private, rotated, without secrets.

Losing it never ends a download. Processes share the file: each line is one append, and who finds
the file full renames it and begins a new one; the others follow when theirs is full as well.
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from ddm import private, redact

# With its old files 20 MiB: weeks of use, and still little enough to send to somebody.
FILE_BYTES_MAX = 5 << 20
OLD_FILES = 3
# Every sentence of ours is shorter; what a server says may not be.
TEXT_CHARS_MAX = 2000

Value = str | int | float | None


class Log:
    """An open log; `open_log` makes one.

    problem: why something could not be written, for one warning; the first reason stays.
    listener: told each event with its fields as they came, also where nothing is written.
    """

    def __init__(self, path: Path | None, wall: Callable[[], float]) -> None:
        self.problem: str | None = None
        self.listener: Callable[[str, Mapping[str, Value]], None] | None = None
        self._path = path
        self._wall = wall
        self._fd: int | None = None
        self._torn = False
        self._collected: list[bytes] | None = None
        self._moment: str | None = None  # of what is collected
        if path is not None:
            try:
                private.make_directory(path.parent)
                self._fd = _open(path)
            except OSError as error:
                self._fail(error)

    def write(self, event: str, *, level: str = "info", **fields: Value) -> None:
        """Append one line. Values lose their secrets, and text its end if it is long."""
        if self.listener is not None:
            self.listener(event, fields)
        if self._fd is None or self._path is None:
            return
        entry: dict[str, Value] = {"time": self._time(), "level": level, "event": event}
        entry |= {name: _clean(name, value) for name, value in fields.items()}
        line = json.dumps(entry).encode() + b"\n"
        if self._collected is None:
            self._put(line)
        else:
            self._collected.append(line)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Append what is written meanwhile with one call, at the end. All of it is of one moment."""
        self._collected = []
        try:
            yield
        finally:
            lines, self._collected, self._moment = self._collected, None, None
            if lines:
                self._put(b"".join(lines))

    def close(self) -> None:
        """Write no more."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _time(self) -> str:
        if self._collected is None:
            return _utc(self._wall())
        if self._moment is None:
            self._moment = _utc(self._wall())
        return self._moment

    def _put(self, lines: bytes) -> None:
        if self._fd is None or self._path is None:
            return
        try:
            self._fd = _with_room(self._fd, self._path, len(lines))
            self._append(self._fd, lines)
        except OSError as error:
            self._fail(error)

    def _append(self, fd: int, line: bytes) -> None:
        """Write a line in one piece, apart from one that a full disk tore. Raises OSError."""
        if self._torn:
            line = b"\n" + line
        written = os.write(fd, line)
        self._torn = written < len(line)
        if self._torn:
            os.write(fd, line[written:])  # which says why

    def _fail(self, error: OSError) -> None:
        self.problem = self.problem or f"could not write the log {self._path}: {error.strerror}"


def open_log(path: Path | None, wall: Callable[[], float] = time.time) -> Log:
    """A log that appends to a file, made if it is missing; without a path, one that writes nothing.

    wall: Unix time in seconds. Never raises for a file: see `Log.problem`.
    """
    return Log(path, wall)


def _open(path: Path) -> int:
    fd = private.open_file(path, os.O_WRONLY | os.O_APPEND)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "not a regular file")
    return fd


def _with_room(fd: int, path: Path, more_bytes: int) -> int:
    """Where so many bytes go: the same descriptor, or a new file's. Raises OSError."""
    file = os.fstat(fd)
    if file.st_size + more_bytes <= FILE_BYTES_MAX:
        return fd
    if _is_still(path, file):  # else another process has begun a new one
        _shift(path)
    new = _open(path)
    os.close(fd)
    return new


def _shift(path: Path) -> None:
    """The log becomes number 1, number 1 becomes 2, and so on; the last is gone. Raises OSError."""
    names = [path, *(path.with_name(f"{path.name}.{n}") for n in range(1, OLD_FILES + 1))]
    for younger, older in reversed(list(pairwise(names))):
        with contextlib.suppress(FileNotFoundError):
            younger.replace(older)


def _is_still(path: Path, file: os.stat_result) -> bool:
    """Whether the name belongs to this file."""
    try:
        return os.path.samestat(file, path.lstat())
    except FileNotFoundError:
        return False


def _utc(time_s: float) -> str:
    when = datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds")
    return when.replace("+00:00", "Z")


def _clean(name: str, value: Value) -> Value:
    """A value that JSON can hold and everybody may read."""
    if isinstance(value, str):
        return redact.short(redact.url(value) if name == "url" else value, TEXT_CHARS_MAX)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
