"""A damaged database is kept aside, and a new queue begun.

Only for who holds the manager's lock: two processes that did this at once would put each other's
new database aside. The files that the old queue had under way stay as NAME.part; nothing claims
them any more, so nothing of them is believed, and none is written over.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import chain, count
from pathlib import Path

from ddm.errors import DamagedError, StateError
from ddm.store.database import Database, open_database
from ddm.store.sqlite_failure import MAY_NOT

# The database last: a log without its database is thrown away by SQLite, and never read into another.
_SUFFIXES = ("-wal", "-shm", "")


def open_or_begin(path: Path, wall: Callable[[], float] = time.time) -> tuple[Database, str | None]:
    """Open the database, checked; begin a new one if it is damaged, and the sentence that says so.

    Only for who holds the manager's lock. wall: Unix time in seconds. Raises StateError as
    `open_database` does, but for damage.
    """
    try:
        return open_database(path, check=True), None
    except DamagedError as error:
        damage = error
    aside = keep_aside(path, wall())
    return open_database(path), (
        f"{path} was damaged ({damage.__cause__ or damage}); it is kept as {aside}, and a new queue is "
        "begun; files that were under way stay as NAME.part"
    )


def keep_aside(path: Path, wall_s: float) -> Path:
    """Give a damaged database, with its -wal and -shm, a name of its own beside it; that name.

    Only for who holds the manager's lock. Never over another file. Raises StateError.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(wall_s))
    first = f"{path}.damaged-{stamp}"
    names = chain([first], (f"{first}-{number}" for number in count(2)))
    aside = next(
        name for name in names if not any(os.path.lexists(name + suffix) for suffix in _SUFFIXES)
    )
    for suffix in _SUFFIXES:
        try:
            Path(f"{path}{suffix}").rename(aside + suffix)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise StateError(
                f"{path} is damaged, and could not be moved to {aside}: {error.strerror}; {MAY_NOT}"
            ) from error
    return Path(aside)
