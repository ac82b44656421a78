"""A file that fills its file system to the last block."""

from __future__ import annotations

import errno
from pathlib import Path

_BLOCKS = (1 << 20, 4096)  # the last megabyte goes in small steps


def fill(path: Path) -> None:
    """Write until nothing fits any more."""
    with path.open("ab", buffering=0) as file:
        for block in _BLOCKS:
            try:
                while True:
                    file.write(bytes(block))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
