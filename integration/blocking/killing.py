"""`ddm run` while somebody kills its children, and while somebody kills it."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ddm.record import State
from ddm.spec import Checksum, JobSpec
from ddm.store import poke
from ddm.store.database import open_database
from ddm.store.jobs import JobStore
from integration.blocking import children
from integration.blocking.planted import plant
from integration.blocking.scenes import NOBODY
from integration.crash.waiting import until
from integration.program import Program, finish
from integration.servers.bodies import sha256_of, write_body
from integration.servers.nginx import Nginx

_MIB = 1 << 20
_FETCHED, _FETCHED_BYTES = 4, 1 * _MIB
_PLANTED_BYTES = 48 * _MIB
_SOON_S = 0.15
# A child that computes gives way to all others: on a busy machine two gigabytes may take a minute.
_PATIENCE_S = 180


@dataclass(slots=True)
class Massacre:
    """What came of it.

    kills: how many children were killed, busy: those of them that had been computing. wrong: the jobs that
    did not end as they should, and how. left: what was left behind. code, said: how `ddm run` ended.
    """

    kills: int = 0
    threads: int = 0
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    code: int = 0
    said: str = ""


def massacre(home: Path, nginx: Nginx, kills: int, seed: int = 1) -> Massacre:
    """Let `ddm run` fetch, digest, sync and look up, and kill one of its children at a random moment, so many times."""
    directory = home / "downloads"
    directory.mkdir(parents=True)
    ddm, chance, found = Program(home, directory), random.Random(seed), Massacre()
    expected: dict[int, tuple[Path, str]] = {}
    with _queue_of(ddm) as (store, poked), ddm.start("run", "--forever") as process:
        until(lambda: _listens(ddm), "ddm run listens")
        while found.kills < kills:
            expected |= _round(found.kills, directory, nginx, store)
            poked()
            _kill_one(process.pid, chance, found)
        _wait_for(store, expected, process.pid, found)
        process.send_signal(signal.SIGTERM)
        pids = children.children_of(process.pid)
        ended = finish(process)
    found.code, found.said = ended.code, ended.err
    until(lambda: all(map(children.has_ended, pids)), "no child is left", 5)
    for path, digest in expected.values():
        if not path.exists() or sha256_of(path) != digest:
            found.wrong.append(f"{path.name} is not what it should be")
    found.left = [path.name for path in directory.iterdir() if path.name.endswith(".part")]
    shutil.rmtree(directory)
    return found


def _round(
    number: int, directory: Path, nginx: Nginx, store: JobStore
) -> dict[int, tuple[Path, str]]:
    """A few files to fetch, and a larger one that is there and waits for its digest; what each must have become."""
    expected = {}
    for each in range(_FETCHED):
        name = f"fetched-{number}-{each}.bin"
        digest = write_body(nginx.files / name, _FETCHED_BYTES, seed=number * _FETCHED + each)
        host = nginx.plain.replace("127.0.0.1", "localhost")
        checksum = Checksum("sha-256", digest)
        spec = JobSpec(f"{host}/files/{name}", str(directory), name, checksums=(checksum,))
        expected[store.add([spec])[0]] = directory / name, digest
    name = f"planted-{number}.bin"
    digest = write_body(directory / f"{name}.part", _PLANTED_BYTES, seed=-1 - number)
    spec = JobSpec(
        f"{NOBODY}{name}", str(directory), name, checksums=(Checksum("sha-256", digest),)
    )
    expected[plant(store, spec, directory / f"{name}.part")] = directory / name, digest
    return expected


def _kill_one(pid: int, chance: random.Random, found: Massacre) -> None:
    """Kill a child at a random moment; none may be there for a while, when there is nothing to do."""
    time.sleep(chance.random() * _SOON_S)  # the random moment
    with_children: list[int] = []

    def looked() -> bool:
        found.threads = max(found.threads, children.threads_of(pid))
        with_children[:] = children.children_of(pid)
        return bool(with_children)

    until(looked, "ddm run has a child")
    children.kill(chance.choice(with_children))
    found.kills += 1


def _wait_for(
    store: JobStore, expected: dict[int, tuple[Path, str]], pid: int, found: Massacre
) -> None:
    def over() -> bool:
        found.threads = max(found.threads, children.threads_of(pid))
        return all(state.ended for state in store.states_of(expected).values())

    until(over, "all jobs have ended", 90)
    for job_id in expected:
        job = store.get(job_id)
        if job is None or job.state is not State.DONE:
            found.wrong.append(f"job {job_id}: {job and (job.state, job.error)}")


@dataclass(frozen=True, slots=True)
class Orphans:
    """What came of a `ddm run` that was killed while a child of it was at work.

    children: how many it had. gone_s: until none of them was left. again_s: until the next `ddm run` had the job in
    work.
    code, right: how that ended, and whether the file is what it should be.
    """

    children: int
    gone_s: float
    again_s: float
    code: int
    said: str
    right: bool


def orphans(
    home: Path, prepare: Callable[[Path], Path], busy: Callable[[int], bool], digest: str | None
) -> Orphans:
    """Kill `ddm run` when a child of it is `busy` with what `prepare` made, and begin another right away."""
    directory = home / "downloads"
    directory.mkdir(parents=True)
    ddm = Program(home, directory)
    part = prepare(directory)
    name = part.name.removesuffix(".part")
    checksums = (Checksum("sha-256", digest),) if digest else ()
    spec = JobSpec(f"{NOBODY}{name}", str(directory), name, checksums=checksums)
    with _queue_of(ddm) as (store, _):
        job_id = plant(store, spec, part)
        size_bytes = part.stat().st_size
        with ddm.start("run") as process:
            until(lambda: any(map(busy, children.children_of(process.pid))), "a child is at work")
            pids = children.children_of(process.pid)
            process.kill()
            killed_s = time.monotonic()
            with ddm.start("run") as again:
                gone: list[float] = []

                def looked() -> bool:
                    if not gone and all(map(children.has_ended, pids)):
                        gone.append(time.monotonic() - killed_s)
                    at_work = children.children_of(again.pid)  # so it has locked the part file
                    return bool(at_work) or store.states_of([job_id])[job_id] is State.DONE

                until(looked, "the next ddm run has the job in work", 10)
                again_s = time.monotonic() - killed_s
                until(lambda: looked() and gone, "no child is left")
                ended = finish(again, timeout_s=_PATIENCE_S)
    whole = directory / name
    right = whole.exists() and whole.stat().st_size == size_bytes
    shutil.rmtree(directory)
    return Orphans(len(pids), gone[0], again_s, ended.code, ended.err, right)


@contextmanager
def _queue_of(ddm: Program) -> Iterator[tuple[JobStore, Callable[[], None]]]:
    """Its jobs, and what tells it that there are new ones."""
    state_dir = Path(ddm.environment["XDG_STATE_HOME"], "ddm")
    with closing(open_database(state_dir / "jobs.db")) as database:
        yield JobStore(database, time.time), lambda: poke.send(state_dir)


def _listens(ddm: Program) -> bool:
    return Path(ddm.environment["XDG_STATE_HOME"], "ddm", "poke").exists()
