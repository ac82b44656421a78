"""One line on a terminal that says what goes on, and is wiped when something else is to be said."""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import suppress
from typing import Self

from ddm import redact
from ddm.cli.showing.terminal import is_dumb

# Ten times a second looks alive; what takes less than the first wait needs no line.
_INTERVAL_S = 0.1
_FIRST_S = 0.3
_WIPE = "\r\x1b[K"


class StatusLine:
    """A line on stderr; where that is no terminal, none. A context manager: it is gone at the end."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty() and not is_dumb(os.environ)
        self._due = time.monotonic() + _FIRST_S
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.wipe()

    def show(self, text: str, *, at_once: bool = False) -> None:
        """Say this in the place of what was said before, if it is time for that."""
        now = time.monotonic()
        if self._shows and (at_once or now >= self._due):
            self._due = now + _INTERVAL_S
            room = shutil.get_terminal_size().columns - 1
            self._write(_WIPE + redact.text(text)[:room])
            self._drawn = True

    def wipe(self) -> None:
        """Leave the line empty for somebody else."""
        if self._drawn:
            self._drawn = False
            self._write(_WIPE)

    def _write(self, text: str) -> None:
        with suppress(OSError):  # the terminal has gone
            sys.stderr.write(
                text.encode(sys.stderr.encoding, "replace").decode(sys.stderr.encoding)
            )
            sys.stderr.flush()
