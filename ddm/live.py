"""What the manager does right now, for other processes: speeds, connections, which ranges are on their way.

The store holds what lasts; this lasts for a moment. A watcher touches the file `watch` in the state
directory once a second. While that is fresh, the manager writes `live.json` twice a second; when nobody
watches any more, it takes both away, and a look at the queue costs it one `stat` more. Who wants to hear
the stories of some jobs writes their numbers into `watch`, a line each; the manager takes them out,
draws at once, and goes on telling them for as long as a watcher is believed to be there. A picture whose
writer does not hold the manager's lock, or that is old, is not believed. Nothing here ever raises for a
file: a full disk is a reason to show less, not to fetch less.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ddm import private
from ddm.byteranges import ByteRange, RangeSet
from ddm.core.causes import Explanation
from ddm.core.view import JobView, QueueView
from ddm.turns import TurnFigures

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
# A story is up to 30 KB; a question for more than these is answered for the last ones.
_STORIES_MAX, _QUESTION_BYTES_MAX = 16, 512


class Live(Struct, frozen=True):
    """One picture. process: who wrote it. time_s: when, Unix time. explained: of each job of the queue.

    turns: what its turns took.
    """

    process: int
    time_s: float
    queue: QueueView
    explained: tuple[Explanation, ...] = ()
    turns: TurnFigures | None = None


class Watched(Protocol):
    """Who is asked for the picture when somebody watches: the manager."""

    def view(self) -> QueueView:
        """The jobs in work as they stand."""

    def explain(self, job_id: int, *, story: bool = False) -> Explanation | None:
        """Why a job in work is as fast as it is; None for any other."""

    def turns(self) -> TurnFigures:
        """What the turns took so far."""


class LiveWriter:
    """The manager's side. watched: whether somebody watched at the last look."""

    def __init__(
        self, state_dir: Path, watched: Watched, wall: Callable[[], float] = time.time
    ) -> None:
        self._watch, self._path = state_dir / _WATCH, state_dir / _LIVE
        self._new = self._path.with_suffix(".new")
        self._watched = watched
        self._told: frozenset[int] = frozenset()  # whose stories somebody asked for
        self._told_until_s = 0.0
        self._wall = wall
        self.watched = False
        self._due_s = 0.0
        self._there = True  # one that a dead manager left goes with the first look

    def look(self, now: float) -> None:
        """Write a picture if somebody watches and it is time. now: on the clock that never jumps."""
        found = self._found()
        self.watched = found is not None
        if found is None:
            self._remove()
            return
        if now >= self._told_until_s:
            self._told = frozenset()
        if found.st_size:
            self._told = self._asked(found)
            self._told_until_s = now + _WATCHED_S
        if now >= self._due_s or found.st_size:
            self._due_s = now + _WRITE_EVERY_S
            with suppress(OSError):
                self._write()

    def close(self) -> None:
        """Take the picture away."""
        self._remove()

    def _found(self) -> os.stat_result | None:
        """The file `watch`, if somebody watches."""
        try:
            found = self._watch.stat()
        except OSError:
            return None
        return found if abs(self._wall() - found.st_mtime) < _WATCHED_S else None

    def _asked(self, found: os.stat_result) -> frozenset[int]:
        """Take the numbers out of `watch`; that nobody touched it since stays to be seen."""
        with suppress(OSError):
            fd = os.open(self._watch, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                words = os.pread(fd, _QUESTION_BYTES_MAX, 0).split()
                os.ftruncate(fd, 0)
                os.utime(fd, ns=(found.st_atime_ns, found.st_mtime_ns))
            finally:
                os.close(fd)
            return frozenset(int(word) for word in words[-_STORIES_MAX:] if word.isdigit())
        return frozenset()

    def _write(self) -> None:
        self._there = True
        queue = self._watched.view()
        queue = replace(queue, jobs=tuple(map(_rounded, queue.jobs)))
        explained = (
            self._watched.explain(job.id, story=job.id in self._told) for job in queue.jobs
        )
        explanations = tuple(filter(None, explained))
        live = Live(os.getpid(), self._wall(), queue, explanations, self._watched.turns())
        block = msgspec.json.encode(live, enc_hook=_ranges_in)
        private.replace(self._path, block, draft=self._new)

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

    def touch(self, stories: Iterable[int] = ()) -> None:
        """Say that somebody watches, and whose stories are wanted, if there is a manager to hear it."""
        if self.manager() is None:
            return
        now_s = self._wall()
        with suppress(OSError):
            fd = private.open_file(self._watch, os.O_WRONLY | os.O_APPEND)
            try:
                os.write(fd, b"".join(b"%d\n" % job_id for job_id in stories))
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
