"""One simulated transfer: where its body stands, what of it is collected and not yet written."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum, auto

from ddm.errors import Exit
from ddm.failures import Failure, Kind, from_os_error
from ddm.http.request import Request
from ddm.http.response import Expectation
from ddm.limits import KIB
from ddm.ports import Sink
from ddm.testing.reply import Ending, Reply

_TOGETHER_BYTES = 256 * KIB
_STEP_LEAST_BYTES = 4 * KIB
_STEP_MOST_BYTES = 64 * KIB
_STEP_MOST_S = 0.5


class Stage(Enum):
    """Where a transfer stands."""

    HEAD = auto()
    ASKING = auto()
    BODY = auto()


@dataclass(slots=True)
class SimTransfer:
    """One GET.

    buffer_bytes: how much arrives in one step. pace: of its connection. due_s: when the next step comes.
    stop: where the body has to end, None for the end of the stream. cut: whether that is before the reply does.
    shared, stream: whether it might be a stream of an HTTP/2 connection, and whether it is. headed: whether its head
    has come.
    """

    job_id: int
    request: Request
    expectation: Expectation
    sink: Sink | None
    reply: Reply
    buffer_bytes: int
    connect_s: float
    due_s: float
    pace: float = 1.0
    shared: bool = False
    stream: bool = False
    headed: bool = False
    stage: Stage = Stage.HEAD
    stop: int | None = None
    cut: bool = False
    _sent: int = 0
    _written: int = 0
    _told: int = 0
    _collected: list[bytes] = field(default_factory=list)
    _collected_bytes: int = 0
    _failure: Failure | None = None

    def __post_init__(self) -> None:
        start = self.expectation.range.start if self.expectation.range else 0
        self._written = self._told = start
        self._sent = self.reply.start
        self.stop = self.expectation.range.stop if self.expectation.range else None

    @property
    def http_version(self) -> str | None:
        """What the head says of it; None before it came."""
        if not self.headed:
            return None
        return "2" if self.stream else "1.1"

    @property
    def position(self) -> int:
        """The first offset that is not in the file."""
        return self._written

    @property
    def ended(self) -> bool:
        """Whether the server has sent everything and closes."""
        return self._sent >= self.reply.stop and self.reply.ending is not Ending.SILENCE

    @property
    def silent(self) -> bool:
        """Whether nothing more comes, and no end either."""
        return self._sent >= self.reply.stop and self.reply.ending is Ending.SILENCE

    def ask(self, start: int) -> None:
        """The body would begin at `start`; it waits."""
        self.begin_body(start, None)
        self.stage = Stage.ASKING
        self.due_s = math.inf

    def begin_body(self, start: int, stop: int | None) -> None:
        """The body's bytes go from `start` on."""
        self.stage = Stage.BODY
        earlier, self.stop, self.cut = self.stop if self.cut else None, stop, False
        self._written = self._told = start
        if earlier is not None:
            self.shorten(earlier)

    def shorten(self, stop: int) -> int:
        """End at `stop`, but not before what is collected, and not after its own end; where that is."""
        stop = max(stop, self._written + self._collected_bytes)
        if self.stop is None or stop < self.stop:
            self.stop, self.cut = stop, True
        return self.stop

    @property
    def reached(self) -> bool:
        """Whether it was shortened, and has come as far as it was to."""
        return self.cut and self._written + self._collected_bytes >= (self.stop or 0)

    def receive(self) -> int:
        """Take the next bytes; how many they were."""
        step = max(_STEP_LEAST_BYTES, int(self.reply.speed_bps * _STEP_MOST_S))
        taken = min(self.buffer_bytes, step, _STEP_MOST_BYTES, self.reply.stop - self._sent)
        if self.cut and self.stop is not None:
            taken = min(taken, self.stop - self._written - self._collected_bytes)
        if taken > 0 and self.reply.body is not None:
            data = self.reply.body.read(self._sent, self._sent + taken)
            if self.reply.flips:
                data = self.reply.body.flipped(data, self._sent)
            self._collected.append(data)
            self._collected_bytes += taken
            self._sent += taken
        return max(taken, 0)

    def overflow(self) -> Failure | None:
        """The first failure, if there is one. Of a body that goes past the stop the last step is not taken."""
        excess = self.stop is not None and self._written + self._collected_bytes > self.stop
        if excess:
            self._collected_bytes -= len(self._collected.pop())
        if self._collected_bytes >= _TOGETHER_BYTES:
            self.flush()
        if self._failure is None and excess:
            return Failure(Kind.BAD_RESPONSE, "the body is too long", Exit.BAD_RESPONSE)
        return self._failure

    def closing(self) -> Failure | None:
        """Whether the end came where it had to."""
        if self.reached:
            return None
        reached = self._written + self._collected_bytes
        cut = self.reply.announced_stop is not None and self._sent < self.reply.announced_stop
        if self.reply.ending is Ending.RESET or cut or reached < (self.stop or 0):
            return Failure(Kind.BROKEN, "the connection was closed too soon", Exit.NETWORK)
        return None

    def flush(self) -> Failure | None:
        """Write what is collected. A failure to write is kept: it is the first cause."""
        if self._failure is None and self._collected and self.sink is not None:
            try:
                self.sink.write_at(self._collected, self._written)
            except OSError as error:
                self._failure = from_os_error(error, str(error.filename), "write")
            else:
                self._written += self._collected_bytes
        self._collected, self._collected_bytes = [], 0
        return self._failure

    def moved(self) -> bool:
        """Whether the position is another than when it was last asked for."""
        moved = self._written != self._told
        self._told = self._written
        return moved
