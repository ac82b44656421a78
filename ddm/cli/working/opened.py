"""The queue as a command opens it that fetches nothing: beside a manager, or without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from ddm import config
from ddm.cli.places import database_path
from ddm.cli.showing import voice
from ddm.custody import Custody
from ddm.errors import DamagedError, HeldError
from ddm.store.database import Database, open_database
from ddm.store.jobs import JobStore


@contextmanager
def opened_store() -> Iterator[JobStore]:
    """The queue; see `opened_database`."""
    with opened_database() as database:
        yield JobStore(database)


@contextmanager
def opened_database() -> Iterator[Database]:
    """The database of the queue. A damaged one is kept aside first and a new one begun. Raises StateError.

    While another ddm manages a damaged one, that is an error.
    """
    try:
        database = open_database(database_path(), check=True)
    except DamagedError as damaged:
        try:
            put_in_order()
        except HeldError:
            raise damaged from None
        database = open_database(database_path())
    with closing(database):
        yield database


def put_in_order() -> None:
    """Be the manager for a moment, so that every wish comes into force. Raises HeldError, StateError."""
    with Custody.take(config.state_dir()) as custody:
        for notice in custody.notices:
            voice.say(notice)
