"""One easy handle that fills one range of a file.

The head is judged before a byte of the body is taken. The body is collected at its offset and written in one piece when
a buffer is full or the turn ends (`put_away`); `position` only counts what is written. The first cause of a failure is
kept: whatever libcurl says afterwards ("write error 23") is its echo.

The body callback is the hot path, 65,000 times per GiB. It appends, adds and compares with one
number, `_full_at`; everything that is not plain collecting (not accepted yet, thrown away, rate
limited, full, too long, the first block of a turn) is behind that comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Protocol

import pycurl

from ddm import failures, redact
from ddm.errors import Exit
from ddm.failures import CANCELLED, Failure, FailureError, Kind
from ddm.http.head import Head, HeadReader
from ddm.http.response import Accept, Ask, Expectation, Reject, judge
from ddm.limits import DISCARD_BYTES_MAX
from ddm.multi import framing
from ddm.multi.curl import Easy
from ddm.multi.notes import Notes
from ddm.multi.throttle import Share
from ddm.turns import Part

# pwritev(2) takes no more buffers than this (IOV_MAX).
_BUFFERS_MAX = 1024
# What a callback returns to make libcurl fail the transfer.
_ABORT = -1


class Sink(Protocol):
    """Where a transfer's bytes go."""

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:
        """Write the buffers one after the other from `offset`. Raises OSError."""


class Phase(Enum):
    """Where in its response a transfer is."""

    HEAD = auto()  # no final head yet
    ASKING = auto()  # somebody looks at the head; the body waits
    TAKING = auto()  # the body goes to the sink
    DISCARDING = auto()  # the body is thrown away so that the connection lives
    OVER = auto()  # nothing more is taken


class Transfer:
    """One try at a range. `on_header` and `on_body` are libcurl's (`guarded`), the rest is the driver's."""

    __slots__ = (
        "_buffer_bytes", "_buffers", "_collected", "_cut", "_expectation", "_full_at",
        "_noted", "_notes", "_phase", "_reader", "_sink", "_start", "_stop", "connect_s", "easy",
        "failure", "http_version", "id", "position", "share", "told_at", "told_position", "url",
    )  # fmt: skip

    def __init__(
        self,
        transfer_id: int,
        url: str,
        expectation: Expectation,
        sink: Sink | None,
        *,
        buffer_bytes: int,
        notes: Notes,
        share: Share[Transfer],
    ) -> None:
        """`buffer_bytes` together are written at once. share: its job's, of what may be taken."""
        self.id, self.url = transfer_id, url
        self.easy: Easy | None = None  # while it is on libcurl
        self.failure: Failure | None = None
        self.connect_s: float | None = None
        self.http_version: str | None = None  # once the head is there
        self._expectation = expectation
        self._sink = sink
        self._buffer_bytes = buffer_bytes
        self._notes = notes
        self._noted = False  # whether the turn knows that there is something to write
        self.share = share
        self._reader = HeadReader()
        self._phase = Phase.HEAD
        self._buffers: list[bytes] = []
        self._collected = self._full_at = 0
        self._stop: int | None = None
        self._cut: int | None = None  # where it ends by our wish, before its body does
        asked = expectation.range
        self._move_to(asked.start if asked else 0, asked.stop if asked else None)

    # -- libcurl's callbacks -----------------------------------------------------------------------

    def on_header(self, line: bytes) -> int | None:
        """HEADERFUNCTION: one line of a header section, or of trailers."""
        head = self._reader.feed(line)
        return None if head is None else self._on_head(head)

    def on_body(self, data: bytes) -> int | None:
        """WRITEFUNCTION: up to 16 KiB of body."""
        self._buffers.append(data)
        self._collected += len(data)
        if self._collected < self._full_at:
            return None
        return self._on_full(data)

    def _on_head(self, head: Head) -> int | None:
        self.http_version = head.http_version
        verdict = judge(self._expectation, head, wall_s=self._notes.wall())
        match verdict:
            case Accept(start, stop):
                if self._sink is None:
                    raise TypeError("a transfer without a sink was accepted")
                self.take(self._sink, start, stop)
                return None
            case Ask(_, start, stop):
                self._move_to(start, stop)
                self._phase = Phase.ASKING
                self._notes.asking.append((self, verdict))
                return None
            case Reject(failure):
                return self._reject(head, failure)

    def _reject(self, head: Head, failure: Failure) -> int | None:
        """Keep the cause. A short body is read to its end: a lost connection costs more."""
        self.fail(failure)
        length = head.get("content-length") or ""
        bodiless = head.status in (204, 304)
        if bodiless or (length.isdecimal() and int(length) <= DISCARD_BYTES_MAX):
            self._phase = Phase.DISCARDING
            return None
        return _ABORT

    def _on_full(self, data: bytes) -> int | None:
        """There is more than may be collected without a look; `data` is what came last."""
        if self._phase is Phase.TAKING:
            if self._excess > 0 and self._cut is None:
                self._give_back(data)
                self.fail(framing.too_long((self._stop or 0) - self._start))
                return _ABORT
            if not self._may_take(data):
                return int(pycurl.WRITEFUNC_PAUSE)
            if self.reached:
                return self._leave_the_rest(data)
            if not self._noted:
                self._noted = True
                self._notes.collecting.append(self)
            if self._collected >= self._room():
                self._notes.lap(Part.NETWORK)
                self.flush()
            self.tune()
            return _ABORT if self.failure else None
        self._give_back(data)
        if self._phase is Phase.ASKING:
            return int(pycurl.WRITEFUNC_PAUSE)  # libcurl brings it again
        return None if self._phase is Phase.DISCARDING else _ABORT

    def _may_take(self, data: bytes) -> bool:
        """Whether there is room for a block, in a limit of speed or in the turn; else it comes again."""
        if not (self.share.limited or self._notes.budget.admits(self)):
            self._give_back(data)
            self._notes.budget.wait(self)
            return False
        if not self.share.take(len(data)):
            self._give_back(data)
            self.share.wait(self)
            return False
        return True

    def _leave_the_rest(self, data: bytes) -> int:
        """It has come as far as it was shortened to; of `data`, which came last, nothing beyond that is kept."""
        excess = self._excess
        self._give_back(data)
        if excess < len(data):
            self._buffers.append(data[: len(data) - excess])
            self._collected += len(data) - excess
        self._phase, self._full_at = Phase.OVER, 0
        return _ABORT

    def _give_back(self, data: bytes) -> None:
        self._buffers.pop()
        self._collected -= len(data)

    def abort_for(self, error: BaseException) -> int:
        """Keep what a callback raised, and make libcurl fail this transfer."""
        if isinstance(error, FailureError):
            self.fail(error.failure)
        elif isinstance(error, Exception):
            said = redact.text(f"a bug in DDM: {type(error).__name__}: {error}")
            self.fail(Failure(Kind.INTERNAL, said, Exit.UNEXPECTED))
        else:
            self.fail(CANCELLED)
            self._notes.interrupt.keep(error)
        return _ABORT

    # -- the driver's side -------------------------------------------------------------------------

    def take(self, sink: Sink, start: int, stop: int | None) -> None:
        """From now on the body goes to the sink; it begins at `start`."""
        if self.failure is None:
            self._sink = sink
            self._move_to(start, stop)
            self._phase = Phase.TAKING
            self.tune()

    def shorten(self, stop: int) -> int:
        """End at `stop`, but not before what is collected, and not after its own end; where that is."""
        stop = max(stop, self.position + self._collected)
        if self._stop is None or stop < self._stop:
            self._stop = self._cut = stop
            self.tune()
        return self._stop

    @property
    def reached(self) -> bool:
        """Whether it was shortened, and has come as far as it was to."""
        return self._cut is not None and self._excess >= 0

    @property
    def discarding(self) -> bool:
        """Whether it has failed and its body is only read to keep the connection."""
        return self._phase is Phase.DISCARDING

    def tune(self) -> None:
        """Set how much may be collected without a look: nothing where every block counts, or where it is the first."""
        plain = self._phase is Phase.TAKING and self._noted and not self.share.limited
        self._full_at = self._room() if plain and self._notes.budget.plain(self) else 0

    def put_away(self) -> None:
        """At the end of a turn: write what is collected, and let the next block be told again."""
        self._noted = False
        self.flush()
        self.tune()

    def flush(self) -> None:
        """Write what is collected. If the disk refuses, that is the failure."""
        buffers, size_bytes = self._buffers, self._collected
        if not buffers or self._sink is None:
            return
        self._buffers, self._collected = [], 0
        if len(buffers) > _BUFFERS_MAX:
            buffers = [b"".join(buffers)]
        try:
            self._sink.write_at(buffers, self.position)
            self.position += size_bytes
        except OSError as error:
            self.fail(failures.from_os_error(error, str(error.filename or "the file"), "write"))
        self._notes.lap(Part.WRITING)

    def fail(self, failure: Failure) -> None:
        """Keep the first cause; nothing more is taken."""
        self.failure = self.failure or failure
        self._phase, self._full_at = Phase.OVER, 0

    def finish(self, failure: Failure | None) -> None:
        """The end: write what is there, and see whether that is all.

        failure: what libcurl says, None if it is content.
        """
        phase = self._phase
        self.flush()
        if self.reached:
            failure = None  # we made libcurl fail
        elif failure is None and self.failure is None:
            size_bytes = None if self._stop is None else self._stop - self._start
            done_bytes = self.position - self._start
            failure = framing.shortfall(done_bytes, size_bytes, head=phase is not Phase.HEAD)
        if failure is not None:
            self.fail(failure)
        self._phase = Phase.OVER

    @property
    def _excess(self) -> int:
        """How far what came goes beyond the stop; negative for what is missing, or where there is none."""
        return -1 if self._stop is None else self.position + self._collected - self._stop

    def _room(self) -> int:
        """How much may be collected before it is written."""
        if self._stop is None:
            return self._buffer_bytes
        return min(self._buffer_bytes, self._stop - self.position)

    def _move_to(self, start: int, stop: int | None) -> None:
        cut, self._cut = self._cut, None
        self._start = self.position = self.told_position = start
        self._stop = stop
        if cut is not None:
            self.shorten(cut)
        self.told_at = float("-inf")
