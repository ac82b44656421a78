"""The schema, as the steps that led to it. A released step is never edited; a new one follows it.

`PRAGMA user_version` counts the steps a database has been through.
"""

from __future__ import annotations

import sqlite3


def m001_jobs(connection: sqlite3.Connection) -> None:
    """Begin with the table of jobs; `ddm.store.rows` says what its columns hold.

    part_device and part_inode are unsigned 64-bit numbers, which SQLite has not: decimal text.
    AUTOINCREMENT: the number of a removed job is never another's.
    """
    connection.execute("""
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            url TEXT NOT NULL,
            directory TEXT NOT NULL,
            asked_name TEXT,
            headers TEXT NOT NULL DEFAULT '[]',
            settings TEXT NOT NULL DEFAULT '{}',
            wanted TEXT NOT NULL DEFAULT 'run' CHECK (wanted IN ('run', 'pause', 'remove')),
            state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN (
                'queued', 'resolving', 'probing', 'running', 'waiting', 'verifying', 'finishing',
                'done', 'failed', 'paused'
            )),
            name TEXT,
            size_bytes INTEGER CHECK (size_bytes >= 0),
            etag TEXT,
            last_modified TEXT,
            content_coding TEXT,
            part_boot_id TEXT,
            part_device TEXT,
            part_inode TEXT,
            written BLOB NOT NULL DEFAULT x'',
            synced BLOB NOT NULL DEFAULT x'',
            incarnation INTEGER NOT NULL DEFAULT 0,
            error_kind TEXT,
            error_message TEXT,
            error_code INTEGER,
            created_s REAL NOT NULL,
            updated_s REAL NOT NULL
        )
    """)
    connection.execute("CREATE INDEX jobs_state ON jobs (state)")
    connection.execute("CREATE INDEX jobs_identity ON jobs (url, directory, asked_name)")


def m002_steering(connection: sqlite3.Connection) -> None:
    """Wishes that are found without a look at every job; what resuming has to know besides.

    The index holds the jobs whose `wanted` is not in force; `JobTable.wishes` has its very words.
    """
    for column in (
        "vouched TEXT NOT NULL DEFAULT '[]'",
        "part_mount TEXT",
        "checking INTEGER NOT NULL DEFAULT 0 CHECK (checking IN (0, 1))",
        "delete_files INTEGER NOT NULL DEFAULT 0 CHECK (delete_files IN (0, 1))",
    ):
        connection.execute(f"ALTER TABLE jobs ADD COLUMN {column}")
    connection.execute("""
        CREATE INDEX jobs_wishes ON jobs (id) WHERE wanted = 'remove'
            OR (wanted = 'pause' AND state <> 'paused') OR (wanted = 'run' AND state = 'paused')
    """)


def m003_receipts(connection: sqlite3.Connection) -> None:
    """How each file was fetched: JSON, `ddm.record.Receipt`."""
    connection.execute("ALTER TABLE jobs ADD COLUMN receipt TEXT")


def m004_order(connection: sqlite3.Connection) -> None:
    """Which job goes first, how fast each may be, what origins have taught, and what a running manager is asked for.

    hosts: `origin` is "scheme:host:port", `lesson` JSON, `ddm.lesson.Lesson`. asked: one row at most, a limit of all
    jobs together that holds until the manager leaves.
    """
    for column in (
        "priority INTEGER NOT NULL DEFAULT 0",
        "place REAL NOT NULL DEFAULT 0",
        "max_bytes_per_sec INTEGER NOT NULL DEFAULT 0 CHECK (max_bytes_per_sec >= 0)",
    ):
        connection.execute(f"ALTER TABLE jobs ADD COLUMN {column}")
    connection.execute("UPDATE jobs SET place = id")
    connection.execute("CREATE INDEX jobs_place ON jobs (place)")
    connection.execute("""
        CREATE INDEX jobs_order ON jobs (priority DESC, place, id)
        WHERE state = 'queued' AND wanted = 'run'
    """)
    connection.execute("""
        CREATE TABLE hosts (origin TEXT PRIMARY KEY, lesson TEXT NOT NULL, learned_s REAL NOT NULL)
    """)
    connection.execute("""
        CREATE TABLE asked (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            max_bytes_per_sec INTEGER NOT NULL CHECK (max_bytes_per_sec >= 0)
        )
    """)


MIGRATIONS = (m001_jobs, m002_steering, m003_receipts, m004_order)


def version(connection: sqlite3.Connection) -> int:
    """How many steps the database has been through."""
    (count,) = connection.execute("PRAGMA user_version").fetchone()
    return int(count)


def migrate(connection: sqlite3.Connection) -> None:
    """Take the steps that are missing, each in a transaction of its own.

    Two processes may do this at once: who comes second finds the step taken.
    """
    for number, step in enumerate(MIGRATIONS, start=1):
        if version(connection) >= number:
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version(connection) < number:
                step(connection)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has rolled it back already
                connection.execute("ROLLBACK")
            raise
