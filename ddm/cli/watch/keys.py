"""Keys, as the words that terminals send for them (ECMA-48, xterm's ctlseqs)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum


class Key(Enum):
    """What may be pressed; the value of a letter's key is the letter."""

    UP = "up"
    DOWN = "down"
    PAGE_UP = "page up"
    PAGE_DOWN = "page down"
    HOME = "home"
    END = "end"
    PAUSE = "p"
    PAUSE_ALL = "P"
    RESUME = "r"
    RESUME_ALL = "R"
    SORT = "s"
    HELP = "?"
    QUIT = "q"
    OTHER = "other"


# CSI with its parameters, SS3 (which keypads and "application mode" send), or any one character.
_WORD = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1bO[@-~]|.", re.DOTALL)
_WORDS = {
    "\x1b[A": Key.UP, "\x1bOA": Key.UP, "k": Key.UP,
    "\x1b[B": Key.DOWN, "\x1bOB": Key.DOWN, "j": Key.DOWN,
    "\x1b[5~": Key.PAGE_UP, "\x02": Key.PAGE_UP,
    "\x1b[6~": Key.PAGE_DOWN, "\x06": Key.PAGE_DOWN, " ": Key.PAGE_DOWN,
    "\x1b[H": Key.HOME, "\x1bOH": Key.HOME, "\x1b[1~": Key.HOME, "\x1b[7~": Key.HOME, "g": Key.HOME,
    "\x1b[F": Key.END, "\x1bOF": Key.END, "\x1b[4~": Key.END, "\x1b[8~": Key.END, "G": Key.END,
    "h": Key.HELP, "Q": Key.QUIT, "S": Key.SORT,
}  # fmt: skip
_LETTERS = {key.value: key for key in Key if len(key.value) == 1}


def keys_in(block: bytes) -> Iterator[Key]:
    """The keys that a block of input holds. What is none of them is OTHER; it closes the help."""
    for word in _WORD.findall(block.decode("utf-8", "replace")):
        yield _WORDS.get(word) or _LETTERS.get(word, Key.OTHER)
