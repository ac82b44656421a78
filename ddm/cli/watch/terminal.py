"""The terminal, borrowed: its other screen, keys without Enter; and given back however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import termios
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Self

from rich.console import Console
from rich.text import Text

from ddm.cli.showing.frame import Size

# The cursor back, the first screen back: for a signal's handler, which may only write.
_RESTORE = b"\x1b[?25h\x1b[?1049l"
_KEYS_BYTES_MAX = 1024


class Terminal:
    """A context manager. changed: the size is another, or the terminal has to be taken again after a stop.

    keys_fd: what the keys are read from.
    """

    def __init__(self, console: Console, keys_fd: int, environ: Mapping[str, str]) -> None:
        self._console = console
        self.keys_fd = keys_fd
        self._ascii_only = ascii_only(environ, console.encoding)
        self._before: list[object] | None = None
        self._handlers: dict[int, object] = {}
        self.changed = False

    def __enter__(self) -> Self:
        for number in (signal.SIGWINCH, signal.SIGCONT):
            self._handlers[number] = signal.signal(number, self._on_change)
        self.take()
        return self

    def __exit__(self, *exc: object) -> None:
        self.give_back()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() gave us

    def take(self) -> None:
        """Borrow it, again if it was given back."""
        self.changed = False
        with contextlib.suppress(termios.error, OSError):
            modes = termios.tcgetattr(self.keys_fd)
            if self._before is None:
                self._before = [*modes]
            modes[3] &= ~(termios.ICANON | termios.ECHO)
            modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self.keys_fd, termios.TCSANOW, modes)
        self._console.set_alt_screen(True)
        self._console.show_cursor(False)

    def give_back(self) -> None:
        """Leave it as it was found, for a while or for good."""
        with contextlib.suppress(OSError):
            self._console.show_cursor(True)
            self._console.set_alt_screen(False)
            self._console.file.flush()
        self._set_modes()

    def restore(self) -> None:
        """The same in a hurry, from a signal's handler."""
        with contextlib.suppress(OSError):
            os.write(self._console.file.fileno(), _RESTORE)
        self._set_modes()

    @property
    def room(self) -> Size:
        """How big it is now."""
        size = self._console.size
        return Size(size.width, size.height, self._ascii_only)

    def draw(self, lines: Sequence[Text]) -> None:
        """Draw a whole screen. Raises OSError: the terminal has gone."""
        self._console.update_screen(Text("\n").join(lines))

    def read(self) -> bytes:
        """The keys that were pressed; nothing if the terminal has gone."""
        try:
            return os.read(self.keys_fd, _KEYS_BYTES_MAX)
        except OSError:
            return b""

    def _set_modes(self) -> None:
        if self._before is not None:
            with contextlib.suppress(termios.error, OSError):
                termios.tcsetattr(self.keys_fd, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]  # as it came

    def _on_change(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.changed = True


def ascii_only(environ: Mapping[str, str], encoding: str) -> bool:
    """Whether the terminal shows ASCII alone: Python writes UTF-8 also where the locale says "C"."""
    named = (environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((value for value in named if value), "")
    return locale in ("C", "POSIX") or not encoding.lower().startswith("utf")
