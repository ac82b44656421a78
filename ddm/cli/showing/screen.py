"""Live progress on a terminal: a member of the reactor that draws at most ten frames a second.

rich draws it, without its refresh thread. Nothing but this module and `frame` loads rich, and this
one only where stderr is a terminal. Lines about jobs that ended are kept for the next frame: then the
picture is wiped, they are written, and the picture comes back below them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ddm.cli.showing import voice
from ddm.cli.showing.face import Face
from ddm.cli.showing.frame import Size, frame
from ddm.cli.showing.outcome import Outcome

# Ten frames a second look alive; more only costs CPU that the transfers need.
FRAME_S = 0.1

_SHOW_CURSOR = b"\x1b[?25h\r\n"


class Screen(Face):
    """The face for terminals."""

    draws = True

    def __init__(self, console: Console | None = None) -> None:
        super().__init__()
        self._console = console or Console(stderr=True, markup=False, highlight=False, emoji=False)
        self._live: Live | None = None
        self._due: float | None = None
        self._lines: list[Callable[[], None]] = []

    def deadline(self) -> float | None:
        """See Face."""
        return self._due

    def run(self, now: float) -> None:
        """See Face."""
        if self.picture is None or (self._due is not None and now < self._due):
            return
        self._due = now + FRAME_S
        try:
            self._draw(frame(self.picture(), self._room()))
        except OSError:  # the terminal has gone; the downloads have not
            self._live = self.picture = self._due = None
            self._write_lines()

    def ended(self, outcome: Outcome) -> None:
        """See Face."""
        self._above(partial(super().ended, outcome))
        if outcome.path is not None:
            self._above(partial(voice.result, outcome.path))

    def note(self, sentence: str) -> None:
        """See Face."""
        self._above(partial(voice.say, sentence))

    def warn(self, sentence: str) -> None:
        """See Face."""
        self._above(partial(voice.say, sentence))

    def hide(self) -> None:
        """See Face."""
        self._due = None if self.picture is None else 0.0
        if self._live is not None:
            live, self._live = self._live, None
            with suppress(OSError):
                live.stop()
        self._write_lines()

    def close(self) -> None:
        """See Face."""
        self.picture = None
        self.hide()

    def restore(self) -> None:
        """See Face."""
        if self._live is not None:
            with suppress(OSError):
                os.write(self._console.file.fileno(), _SHOW_CURSOR)

    def _room(self) -> Size:
        size = self._console.size
        return Size(
            size.width, size.height, ascii_only=not self._console.encoding.startswith("utf")
        )

    def _above(self, write: Callable[[], None]) -> None:
        """Write a line above the picture: with the next frame, or now where there is no picture."""
        self._lines.append(write)
        if self._live is None:
            self._write_lines()

    def _draw(self, picture: Text) -> None:
        if self._live is None:
            self._live = Live(
                console=self._console,
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
                vertical_overflow="crop",
            )
            self._live.start()
        if self._lines:
            self._live.update(Text(""), refresh=True)
            self._write_lines()
        self._live.update(picture, refresh=True)
        self.drew = True

    def _write_lines(self) -> None:
        lines, self._lines = self._lines, []
        for write in lines:
            write()
