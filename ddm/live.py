"""What the manager does right now, for other processes: speeds, connections, which ranges are on their way.

The store holds what lasts; this lasts for a moment. A watcher touches the file `watch` in the state
directory once a second. While that is fresh, the manager writes `live.json` twice a second; when nobody
watches any more, it takes both away, and a look at the queue costs it one `stat` more. A picture whose
writer does not hold the manager's lock, or that is old, is not believed. Nothing here ever raises for a
file: a full disk is a reason to show less, not to fetch less.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ddm import private
from ddm.byteranges import ByteRange, RangeSet
from ddm.core.view import JobView, QueueView

_WATCH, _LIVE, _LOCK = "watch", "live.json", "manager.lock"
# A watcher that is busy for a moment is still there.
_WATCHED_S = 3.0
_WRITE_EVERY_S = 0.5
# Four pictures missed: whoever wrote this one hangs or is gone.
_BELIEVED_S = 2.0
# No bar on a screen has more cells; a file of more ranges is rounded to them.
_CELLS = 200
# 64 jobs of 200 ranges and 16 segments each take 400 KB, 512 jobs 3 MB; what is longer is none of ours.
_FILE_BYTES_MAX = 4 << 20


class Live(Struct, frozen=True):
    """One picture. process: who wrote it. time_s: when, Unix time."""

    process: int
    time_s: float
    queue: QueueView


class LiveWriter:
    """The manager's side. view: asked for the picture when somebody watches."""

    def __init__(
        self,
        state_dir: Path,
        view: Callable[[], QueueView],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._watch, self._path = state_dir / _WATCH, state_dir / _LIVE
        self._new = self._path.with_suffix(".new")
        self._view = view
        self._wall = wall
        self._due_s = 0.0
        self._there = True  # one that a dead manager left goes with the first look

    def look(self, now: float) -> None:
        """Write a picture if somebody watches and it is time. now: on the clock that never jumps."""
        if not self._is_watched():
            self._remove()
        elif now >= self._due_s:
            self._due_s = now + _WRITE_EVERY_S
            with suppress(OSError):
                self._write()

    def close(self) -> None:
        """Take the picture away."""
        self._remove()

    def _is_watched(self) -> bool:
        try:
            touched_s = self._watch.stat().st_mtime
        except OSError:
            return False
        return abs(self._wall() - touched_s) < _WATCHED_S

    def _write(self) -> None:
        self._there = True
        queue = self._view()
        queue = replace(queue, jobs=tuple(map(_rounded, queue.jobs)))
        block = msgspec.json.encode(Live(os.getpid(), self._wall(), queue), enc_hook=_ranges_in)
        fd = private.open_file(self._new, os.O_WRONLY | os.O_TRUNC)
        try:
            os.write(fd, block)
        finally:
            os.close(fd)
        self._new.replace(self._path)

    def _remove(self) -> None:
        if self._there:
            self._there = False
            self._due_s = 0.0
            for path in (self._path, self._new, self._watch):
                with suppress(OSError):
                    path.unlink()


class LiveReader:
    """A watcher's side."""

    def __init__(self, state_dir: Path, wall: Callable[[], float] = time.time) -> None:
        self._watch, self._path = state_dir / _WATCH, state_dir / _LIVE
        self._lock = state_dir / _LOCK
        self._wall = wall
        self._read: tuple[int, int] | None = None
        self._live: Live | None = None

    def touch(self) -> None:
        """Say that somebody watches, if there is a manager to hear it."""
        if self.manager() is None:
            return
        now_s = self._wall()
        with suppress(OSError):
            fd = private.open_file(self._watch, os.O_WRONLY)
            try:
                os.utime(fd, (now_s, now_s))
            finally:
                os.close(fd)

    def manager(self) -> int | None:
        """The process that holds the manager's lock, None if there seems to be none."""
        try:
            process = int(self._lock.read_bytes()[:20])
            os.kill(process, 0)
        except PermissionError:
            return process
        except (OSError, ValueError, OverflowError):
            return None
        return process

    def look(self) -> Live | None:
        """The picture of now, None if nobody works or nobody has drawn it yet."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        if self._read != (found.st_ino, found.st_mtime_ns):
            self._read = found.st_ino, found.st_mtime_ns
            self._live = self._decoded()
        live = self._live
        if live is None or abs(self._wall() - live.time_s) > _BELIEVED_S:
            return None
        return live if live.process == self.manager() else None

    def _decoded(self) -> Live | None:
        try:
            fd = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        with open(fd, "rb") as file:  # noqa: PTH123 - a descriptor has no path
            try:
                return msgspec.json.decode(
                    file.read(_FILE_BYTES_MAX), type=Live, dec_hook=_ranges_out
                )
            except (OSError, ValueError):
                return None


def _rounded(job: JobView) -> JobView:
    """A job with few ranges: each cell of a bar holds as many bytes as it did, but together at its start."""
    if len(job.done) <= _CELLS or not job.size_bytes:
        return job
    cell_bytes = -(-job.size_bytes // _CELLS)
    held = [0] * _CELLS
    for r in job.done.within(job.size_bytes):
        start = r.start
        while start < r.stop:
            cell = start // cell_bytes
            stop = min(r.stop, (cell + 1) * cell_bytes)
            held[cell] += stop - start
            start = stop
    starts = range(0, _CELLS * cell_bytes, cell_bytes)
    cells = (ByteRange(start, start + amount) for start, amount in zip(starts, held, strict=True))
    return replace(job, done=RangeSet(cells))


def _ranges_in(found: Any) -> list[int]:
    """A RangeSet as the boundaries of its ranges."""
    return [boundary for r in found for boundary in (r.start, r.stop)]


def _ranges_out(_: type, found: Any) -> RangeSet:
    return RangeSet(map(ByteRange, found[::2], found[1::2]))
