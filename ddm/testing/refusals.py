"""An origin that said how much it bears is not asked for more again and again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ddm.testing.connections import origin_of
from ddm.testing.reply import Reply, Sent
from ddm.testing.story import Story

# How soon after its first refusal an origin's limit is known to who pays attention.
_KNOWN_S = 1.0
# From then on one refused request a second, and two that happen to meet.
_PER_S, _TOGETHER = 1.0, 2.0
# The refusals of requests that were sent together come so far apart: each of them may be the one that counts.
_APART_S = 0.1


@dataclass(slots=True)
class _Refuser:
    """One origin that refused: when it did so first and last, and what it would put up with now.

    wait_until_s, beside: what its Retry-After asks for, and how many requests went on when it did.
    """

    first_s: float
    heard_s: float
    patience: float = _TOGETHER
    looked_s: float = 0.0
    wait_until_s: float = 0.0
    beside: int = 0


class Refusals:
    """Fits `network.Onlooker`.

    total: how many requests were refused.
    """

    def __init__(self, story: Story) -> None:
        self.total = 0
        self._story = story
        self._known: dict[str, _Refuser] = {}
        self._troubled: set[str] = set()
        self._live: dict[int, tuple[str, Reply]] = {}
        self._running: Counter[str] = Counter()

    def may_have_refused(self, origin: str) -> bool:
        """Whether there ever was an answer that somebody may take for a refusal: a cut connection is one, too."""
        return origin in self._troubled

    def started(self, transfer_id: int, sent: Sent) -> None:
        """See `network.Onlooker`. What will be refused is counted by when it was sent."""
        origin, reply, now = origin_of(sent.url), sent.reply, sent.now
        self._live[transfer_id] = origin, reply
        self._running[origin] += 1
        refuser = self._known.get(origin)
        if refuser is not None and refuser.heard_s < now < refuser.wait_until_s:
            self._heed(origin, refuser, now)
        if not reply.refuses:
            return
        self.total += 1
        if refuser is not None and now > refuser.first_s + _KNOWN_S:
            earned = (now - max(refuser.looked_s, refuser.first_s + _KNOWN_S)) * _PER_S
            refuser.patience = min(_TOGETHER, refuser.patience + earned) - 1.0
            refuser.looked_s = now
            if refuser.patience < 0:
                raise self._story.violation(f"{origin} has to refuse more than once a second")

    def _heed(self, origin: str, refuser: _Refuser, now: float) -> None:
        if self._running[origin] > refuser.beside:
            left_s = refuser.wait_until_s - now
            raise self._story.violation(
                f"{origin} asked for {left_s:.1f} s more without a request beside {refuser.beside}"
            )

    def shortened(self, transfer_id: int, stop: int) -> None:
        """A request is one however long its body is."""

    def ended(self, transfer_id: int, now: float) -> None:
        """See `network.Onlooker`. From the turn after a refusal's end on everybody can know of it."""
        origin, reply = self._live.pop(transfer_id)
        self._running[origin] -= 1
        if reply.refuses or reply.head is None:
            self._troubled.add(origin)
        if not reply.refuses:
            return
        refuser = self._known.setdefault(origin, _Refuser(now, now))
        refuser.heard_s = now
        asked = reply.head.get("retry-after") if reply.head else None
        if asked is not None:
            refuser.wait_until_s = now + float(asked) - _APART_S
            refuser.beside = self._running[origin]
