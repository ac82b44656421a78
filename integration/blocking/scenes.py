"""What would hold the loop if it were done in it; each scene leaves nothing behind but finished jobs.

A scene prepares, then lets it happen within `disturbed`. Sizes are those of the files that are in it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ddm.record import State
from ddm.spec import Checksum, JobSpec
from integration.blocking.planted import plant, sparse, written
from integration.blocking.stage import Stage
from integration.crash.waiting import until
from integration.servers.bodies import write_body
from integration.servers.shaper import Shape, shaped

GIB = 1 << 30
# The SHA-256 of so many zeros.
ZEROS = {
    2 * GIB: "a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51",
    10 * GIB: "732377e7f4a2abdc13ddfa1eb4c9c497fd2a2b294674d056cf51581b47dd586d",
}
# Nobody is asked for a file of which every byte is there.
NOBODY = "http://127.0.0.1:9/"
_SMALL_BYTES = 32 << 10
_BEFORE_HOLD = 20
# A process in the middle of a write that is larger than its cache: part of it is in the log already.
_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("CREATE TABLE somebody (text)")
connection.executemany("INSERT INTO somebody VALUES (?)", [("x" * 4000,)] * 500)
print("held", flush=True)
sys.stdin.read()
"""


class Sizes(Struct, frozen=True):
    """How big the scenes are.

    digest_bytes: of a sparse file; dirty_bytes: of one that no sync has covered. big_bytes: of files that go.
    huge_bytes: of one that is only begun. many: how many small ones. hold_s: how long others hold the database.
    nothing_s: how long nothing happens.
    """

    digest_bytes: int = 10 * GIB
    dirty_bytes: int = 1 * GIB
    big_bytes: int = 10 * GIB
    huge_bytes: int = 100 * GIB
    many: int = 500
    hold_s: float = 3.0
    nothing_s: float = 10.0


# Bounded in time and room, for each run of the tests.
SMALL = Sizes(digest_bytes=2 * GIB, dirty_bytes=GIB // 2, big_bytes=1 * GIB, nothing_s=6.0)


def nothing(here: Stage, sizes: Sizes) -> None:
    """Only the stream, with the syncs that it asks for itself: what all others are to be seen beside."""
    with here.disturbed("nothing"):
        here.rest(sizes.nothing_s)


def digest(here: Stage, sizes: Sizes) -> None:
    """A sparse file is whole and waits for its digest."""
    part = sparse(here.directory / "zeros.bin.part", sizes.digest_bytes)
    checksum = Checksum("sha-256", ZEROS[sizes.digest_bytes])
    spec = JobSpec(f"{NOBODY}zeros.bin", str(here.directory), "zeros.bin", checksums=(checksum,))
    with here.disturbed("digest"):
        job_id = plant(here.store, spec, part)
        here.poke()
        here.wait_for([job_id])
    (here.directory / "zeros.bin").unlink()


def sync(here: Stage, sizes: Sizes) -> None:
    """A file is whole, and nothing of it on the disk yet."""
    part = written(here.directory / "dirty.bin.part", sizes.dirty_bytes)
    spec = JobSpec(f"{NOBODY}dirty.bin", str(here.directory), "dirty.bin")
    with here.disturbed("sync"):
        job_id = plant(here.store, spec, part)
        here.poke()
        here.wait_for([job_id])
    (here.directory / "dirty.bin").unlink()


def remove(here: Stage, sizes: Sizes) -> None:
    """`ddm remove --delete-files` of a big file."""
    path = written(here.directory / "unwanted.bin", sizes.big_bytes, synced=True)
    spec = JobSpec(f"{NOBODY}unwanted.bin", str(here.directory), "unwanted.bin")
    job_id = plant(here.store, spec, path, State.DONE)
    with here.disturbed("remove"):
        _remove(here, [job_id])
    assert not path.exists()


def overwrite(here: Stage, sizes: Sizes) -> None:
    """A small file takes the name of a big one."""
    path = written(here.directory / "name.bin", sizes.big_bytes, synced=True)
    spec = replace(_small(here, 0), name="name.bin", overwrite=True)
    with here.disturbed("overwrite"):
        here.wait_for(here.add([spec]))
    assert path.stat().st_size == _SMALL_BYTES
    path.unlink()


def start_over(here: Stage, sizes: Sizes) -> None:
    """A big part file is dropped for a new one."""
    part = written(here.directory / "again.bin.part", sizes.big_bytes, synced=True)
    spec = replace(_small(here, 0), name="again.bin")
    with here.disturbed("start over"):
        job_id = plant(here.store, spec, part, claimed=False)
        here.poke()
        here.wait_for([job_id])
    (here.directory / "again.bin").unlink()


def many(here: Stage, sizes: Sizes) -> None:
    """So many small files end at once."""
    with here.disturbed("many"):
        here.wait_for(here.add(_small(here, number) for number in range(sizes.many)))
    _sweep(here, sizes.many)


def database(here: Stage, sizes: Sizes) -> None:
    """Another process is in the middle of writing to the database, and does not end."""
    with here.disturbed("database"):
        _hold(here, sizes, stopped=False)
    _sweep(here, _BEFORE_HOLD)


def database_stopped(here: Stage, sizes: Sizes) -> None:
    """The same, and it was stopped in it."""
    with here.disturbed("database, stopped"):
        _hold(here, sizes, stopped=True)
    _sweep(here, _BEFORE_HOLD)


def preallocate(here: Stage, sizes: Sizes) -> None:
    """Room is set aside for a very big file, on a disk that has it."""
    with shaped(Shape(size_bytes=sizes.huge_bytes, bytes_per_s=64 << 10)) as (url,):
        with here.disturbed("preallocate"):
            ids = here.add([JobSpec(url, str(here.roomy), "huge.bin", max_segments=1)])
            here.wait_for(ids, State.RUNNING)
        part = here.roomy / "huge.bin.part"
        assert part.stat().st_blocks * 512 >= sizes.huge_bytes, "this disk sets nothing aside"
        _remove(here, ids)


# On the disk of the downloads, all of them one after the other.
ALIKE: dict[str, Callable[[Stage, Sizes], None]] = {
    "nothing": nothing,
    "digest": digest,
    "sync": sync,
    "remove": remove,
    "overwrite": overwrite,
    "start over": start_over,
    "many": many,
    "database": database,
    "database, stopped": database_stopped,
}


def _hold(here: Stage, sizes: Sizes, *, stopped: bool) -> None:
    ids = here.add(_small(here, number) for number in range(_BEFORE_HOLD))
    command = [sys.executable, "-c", _HOLD, here.state_dir / "jobs.db"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            if stopped:
                process.send_signal(signal.SIGSTOP)
            here.rest(sizes.hold_s)
        finally:
            process.kill()
    here.wait_for(ids)


def _remove(here: Stage, ids: Iterable[int]) -> None:
    ended = here.ddm("remove", "--delete-files", "--yes", *ids)
    assert ended.code == 0, ended.err
    until(lambda: not here.store.states_of(ids), "the jobs are gone")


def _sweep(here: Stage, count: int) -> None:
    for number in range(count):
        (here.directory / f"small-{number}.bin").unlink()


def _small(here: Stage, number: int) -> JobSpec:
    """A small file that nginx has."""
    name = f"small-{number}.bin"
    path: Path = here.nginx.files / name
    if not path.exists():
        write_body(path, _SMALL_BYTES, seed=number)
    return JobSpec(f"{here.nginx.plain}/files/{name}", str(here.directory), name)
