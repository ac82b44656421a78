"""Progress where stderr is no terminal: one line every few seconds, fit for a log."""

from __future__ import annotations

from ddm.cli.showing import voice
from ddm.cli.showing.face import Face
from ddm.cli.showing.outcome import Outcome

# A build log of an hour gets 720 lines: enough to see it move, few enough to read.
INTERVAL_S = 5.0


class Plain(Face):
    """Lines on stderr, results on stdout."""

    def __init__(self) -> None:
        super().__init__()
        self._due: float | None = None

    def deadline(self) -> float | None:
        """See Face."""
        return self._due

    def run(self, now: float) -> None:
        """See Face."""
        if self._due is None:
            self._due = now + INTERVAL_S
        elif now >= self._due:
            self._due = now + INTERVAL_S
            if self.picture is not None:
                voice.say(", ".join(self.picture().words))

    def ended(self, outcome: Outcome) -> None:
        """See Face."""
        super().ended(outcome)
        if outcome.path is not None:
            voice.result(outcome.path)

    def note(self, sentence: str) -> None:
        """See Face."""
        voice.say(sentence)
