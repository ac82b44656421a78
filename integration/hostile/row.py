"""One behaviour of the table: what it does, and the one outcome that it must have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ddm.errors import Exit
from integration.hostile.scene import Scene
from integration.hostile.wire import Lie

SMALL = 10_000  # one request
MIDDLE = 300_000  # more than the first request asks for
LARGE = 2_500_000  # several connections at once
PACE = 3_000_000.0  # bytes per second of one connection, so that several run side by side


def honestly(*_: object) -> None:
    """No lie."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A behaviour.

    codes: the exit statuses that are right; 0 means the file is there with exactly its bytes, any
    other that no file is. whole: which bodies are the file: "old" (of the first run), "new".
    name: how the file must be called; None where it does not matter. path: what is asked for.
    flags, environment: for the command. again: flags of the second run, where there is one; the
    first then has to fail. prepare: what is in the directory before. secret: the URL has a password,
    and more of the user's own where the program takes it. on_connect: "close", "reset", "hang" or "".
    """

    id: str
    what: str
    lie: Lie = honestly
    codes: tuple[int, ...] = (0,)
    size: int = MIDDLE
    bytes_per_s: float | None = None
    whole: str = "old"
    name: str | None = None
    origin: str = "first"
    path: str = "/file.bin"
    flags: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    again: tuple[str, ...] | None = None
    prepare: Callable[[Path], None] | None = None
    secret: bool = False
    trusted: bool = True
    on_connect: Callable[[Scene, str], str] | None = None
    requests_max: int = 300
    least_connections: int = 0

    @property
    def right(self) -> bool:
        """Whether the file must come."""
        return self.codes == (0,)

    @property
    def outcome(self) -> str:
        """In words, for the table of the documentation."""
        if self.right:
            return "the file, whole" + (f", as `{self.name}`" if self.name else "")
        statuses = " or ".join(f"{code} {Exit(code).name}" for code in self.codes)
        return f"refused: {statuses}"


BIG = {"size": LARGE, "bytes_per_s": PACE}


def refused(*codes: int) -> tuple[int, ...]:
    """The statuses of a refusal."""
    return codes
