"""What happened in a simulated world, line by line; and the exception that tells it."""

from __future__ import annotations

import hashlib

_TOLD_LINES = 60


class Violation(Exception):  # noqa: N818 - it is no error of the world's, it is what the world was built to find
    """A promise that was broken, or a run that does not end."""


class Story:
    """The lines of one run.

    They hold virtual times and nothing of this machine, so the same seed tells the same story.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._lines: list[str] = []
        self.now = 0.0

    def tell(self, line: str) -> None:
        """Add a line at the story's present time."""
        self._lines.append(f"{self.now:10.3f} {line}")

    @property
    def digest(self) -> str:
        """The same for the same story."""
        return hashlib.sha256("\n".join(self._lines).encode()).hexdigest()

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it."""
        return tuple(self._lines)

    def violation(self, what: str) -> Violation:
        """The exception for a broken promise, with the end of the story in it."""
        told = self._lines[-_TOLD_LINES:]
        left_out = len(self._lines) - len(told)
        head = [f"{self._title}: {what}", f"({left_out} lines before)"]
        return Violation("\n".join([*head, *told]))
