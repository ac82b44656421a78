"""Names to try when one is taken: NAME, NAME (1), NAME (2), ... before the extension."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from ddm.limits import NAME_BYTES_MAX, NAME_TRIES_MAX, PART_SUFFIX

# "v1.5 of the report" has no extension; "a.tar.gz" has one of two words.
_EXTENSION = re.compile(r"(?<=.)(\.tar)?\.[A-Za-z0-9]{1,10}\Z", re.DOTALL)


def candidates(name: str) -> Iterator[str]:
    """The names to try, best first. Each has room for the part file's suffix.

    A name that is too long is cut before its extension, between two characters.
    """
    match = _EXTENSION.search(name)
    stem, extension = (name[: match.start()], match.group()) if match else (name, "")
    yield _fitting(stem, extension)
    for number in range(1, NAME_TRIES_MAX):
        yield _fitting(stem, f" ({number}){extension}")


def _fitting(stem: str, tail: str) -> str:
    room = NAME_BYTES_MAX - len(PART_SUFFIX) - len(tail)
    encoded = os.fsencode(stem)
    if len(encoded) <= room:
        return stem + tail
    return encoded[:room].decode("utf-8", "ignore") + tail
