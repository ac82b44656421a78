"""What a command shows while it works. This one, for `-q`, shows what went wrong and nothing else.

A face is a member of the reactor: `run` is called every turn and draws when it is due. It never
asks for more than the picture it is given.
"""

from __future__ import annotations

from collections.abc import Callable

from ddm.cli.showing import voice
from ddm.cli.showing.outcome import Outcome
from ddm.cli.showing.tally import Picture


class Face:
    """The quiet face, and the shape of the others.

    draws: whether it has a picture on the terminal, which nobody else may write into.
    drew: whether there was a picture that is gone at the end, so that the sums have to be told.
    """

    draws = False

    def __init__(self) -> None:
        self.picture: Callable[[], Picture] | None = None
        self.drew = False

    def deadline(self) -> float | None:
        """When it wants to draw, on the reactor's clock; None for never."""
        return None

    def run(self, now: float) -> None:
        """Draw, if it is time."""

    def ended(self, outcome: Outcome) -> None:
        """Tell what became of a job."""
        if outcome.path is None:
            voice.say(f"{outcome.label}: {outcome.message}")

    def note(self, sentence: str) -> None:
        """Say something that is good to know."""

    def warn(self, sentence: str) -> None:
        """Say something that went wrong, beside the jobs."""
        voice.say(sentence)

    def hide(self) -> None:
        """Leave the terminal as it was found, for a while: the next `run` draws again."""

    def close(self) -> None:
        """The same for good."""

    def restore(self) -> None:
        """The same in a hurry, from a signal's handler."""
