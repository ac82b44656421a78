"""The table of one segment: a range of a job, and the transfer that is trying to fill it.

    ASKING    its transfer is to bring the head before the engine (the probe)
    OFFERED   the head is there, the body waits until the part file is open
    STARTING  its request is on the way; no byte has come
    FLOWING   bytes come
    WAITING   the last try failed; it holds its range until `not_before_s`, then it tries again

A segment whose transfer ended well is gone: its bytes are in the job's `done`. Waiting is a state
with a time in it, so it cannot be forgotten.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ddm.failures import Failure
from ddm.http.url import URL
from ddm.limits import PROGRESS_LEAST_BYTES

# Bytes come in bursts, and are told 20 times a second at most.
_SILENCE_S = 0.2


class Phase(Enum):
    """Where a segment stands."""

    ASKING = "asking"
    OFFERED = "offered"
    STARTING = "starting"
    FLOWING = "flowing"
    WAITING = "waiting"


NEXT: dict[Phase, frozenset[Phase]] = {
    Phase.ASKING: frozenset({Phase.OFFERED, Phase.WAITING}),
    Phase.OFFERED: frozenset({Phase.STARTING, Phase.WAITING}),
    Phase.STARTING: frozenset({Phase.FLOWING, Phase.WAITING}),
    Phase.FLOWING: frozenset({Phase.WAITING}),
    Phase.WAITING: frozenset({Phase.ASKING, Phase.STARTING}),
}


class Segment(Struct, eq=False):
    """One range and its current try.

    start, stop: half-open; stop None runs to the end of a stream of unknown length. ranged: whether
    Range is sent.
    asks: whether its head comes before the engine. position: the first offset not yet in the file.
    transfer_id, target, begun_position: of the try under way; transfer_id is None while WAITING.
    attempts: failures in a row without a byte. lean: failures in a row that each brought too little.
    apart: whether its answer is too long for a shared connection. shared: whether the try under way is on one.
    trial: whether the try under way went beyond what its origin is known to bear.
    given_up: why we cancelled it ourselves, until its end arrives.
    begun_s, flowing_s: when the request of the try under way was sent, when its first byte came.
    speed_bps: what it brought lately; None until measured.
    rival: another segment that asks for the same bytes. shortening: its transfer was asked to end earlier;
    cut: it does.
    """

    start: int
    stop: int | None
    ranged: bool
    asks: bool
    phase: Phase
    position: int
    transfer_id: int | None = None
    target: URL | None = None
    begun_position: int = 0
    sent_if_range: bool = False
    attempts: int = 0
    lean: int = 0
    apart: bool = False
    shared: bool = False
    trial: bool = False
    not_before_s: float = 0.0
    waits_for: Failure | None = None
    given_up: Failure | None = None
    speed_bps: float | None = None
    sampled_s: float = 0.0
    watched_s: float = 0.0
    watched_position: int = 0
    begun_s: float = 0.0
    flowing_s: float = 0.0
    rival: Segment | None = None
    shortening: bool = False
    cut: bool = False

    def move(self, phase: Phase) -> None:
        """Enter a phase; one that the table does not have is a bug."""
        if phase not in NEXT[self.phase]:
            raise AssertionError(f"a segment cannot go from {self.phase} to {phase}")
        self.phase = phase

    @property
    def unhelped(self) -> bool:
        """Whether nobody shares its work, and nobody has given it up."""
        return self.rival is None and self.given_up is None and not self.shortening

    def pace_bps(self, now: float) -> float:
        """What it brings now: a silence makes it slower the longer it lasts."""
        silent_s = max(now - self.sampled_s, _SILENCE_S)
        return (self.speed_bps or 0.0) * _SILENCE_S / silent_s

    @property
    def live(self) -> bool:
        """Whether a transfer is under way."""
        return self.transfer_id is not None

    @property
    def progressed(self) -> bool:
        """Whether the try under way, or the one that just ended, brought a byte."""
        return self.position > self.begun_position

    @property
    def fruitful(self) -> bool:
        """Whether that try brought enough to be worth its request."""
        return self.position - self.begun_position >= PROGRESS_LEAST_BYTES

    @property
    def full(self) -> bool:
        """Whether every byte of its range is in the file."""
        return not self.asks and self.stop is not None and self.position >= self.stop

    def begin(self, transfer_id: int, target: URL, now: float) -> None:
        """A transfer is on its way."""
        if self.phase is Phase.WAITING:
            self.move(Phase.ASKING if self.asks else Phase.STARTING)
        self.transfer_id, self.target = transfer_id, target
        self.begun_position = self.position
        self.waits_for = self.given_up = self.speed_bps = None
        self.shortening = self.cut = False
        self.begun_s = self.sampled_s = self.watched_s = now
        self.watched_position = self.position

    def advance(self, position: int, now: float) -> int:
        """Bytes up to `position` are in the file; how many of them are new."""
        gained = position - self.position
        # A body that was offered and not taken is in no file, wherever its transfer says it stands.
        if gained <= 0 or self.phase not in (Phase.STARTING, Phase.FLOWING):
            return 0
        if self.phase is Phase.STARTING:
            self.move(Phase.FLOWING)
            self.flowing_s = now
        self.position = position
        elapsed_s = now - self.sampled_s
        if elapsed_s > 0:
            speed = gained / elapsed_s
            self.speed_bps = speed if self.speed_bps is None else 0.7 * self.speed_bps + 0.3 * speed
            self.sampled_s = now
        return gained

    def wait(self, failure: Failure | None, until_s: float) -> None:
        """The try is over; the range is kept for another one."""
        self.move(Phase.WAITING)
        self.transfer_id = None
        self.waits_for, self.not_before_s = failure, until_s

    def stalled(self, now: float, *, timeout_s: float, least_bps: float) -> bool:
        """Whether it brought less than it has to over the last `timeout_s`; looks once a window."""
        if now < self.watched_s + timeout_s:  # the engine's deadline is this very sum
            return False
        slow = self.position - self.watched_position < least_bps * timeout_s
        self.watched_s, self.watched_position = now, self.position
        return slow
