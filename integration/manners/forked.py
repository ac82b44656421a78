"""A host that forks in the middle of a download: PLAIN, TLS and HTTP2 are bases of URLs, CERTIFICATE signs for them."""

import asyncio
import fcntl
import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import ddm
from ddm.embed import on_asyncio

PATIENCE_S = 30.0


def child(manager, job, plain):
    """What is tried in a forked child; none of it may do anything to the parent."""
    said = f"this manager belongs to process {os.getppid()}; open one in this process"
    tried = (
        manager.turn,
        lambda: manager.add("http://127.0.0.1/", "x"),
        manager.view,
        lambda: manager.wait(manager.quiet()),
        lambda: manager.pause(job),
        manager.fileno,
        manager.deadline,
        manager.stop,
        lambda: manager.explain(job),
        lambda: job.remove(delete_files=True),
        lambda: asyncio.run(embedded(manager)),
    )
    for number, deed in enumerate(tried):
        assert refused(deed) == said, number
    manager.close()
    assert "was open when this process was forked off" in refused(lambda: ddm.Manager.open("state"))
    with ddm.Manager.open("other") as own:
        mine = own.add(f"{plain}/files/small", f"small-{os.getpid()}")
        own.wait(mine, timeout_s=PATIENCE_S)
        assert mine.result().stat().st_size == 100_000


def refused(deed):
    """With which words."""
    try:
        deed()
    except ddm.UsageError as error:
        return str(error)
    return "it was not"


def stay():
    """Live on, though not for ever: a test that fails shall leave nobody behind."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(60)
    for fd in (0, 1, 2):
        os.close(fd)
    while True:
        signal.pause()


async def embedded(manager):
    async with on_asyncio(manager):
        pass


def locks():
    """Which files of this process have an flock of its own; by trying to take it through another descriptor."""
    found = set()
    for path in (Path("state/manager.lock"), *Path().glob("*.part")):
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found.add(path.name)
    return found


def inherited_by_others():
    """The descriptors that a program has that was started carelessly."""
    listed = subprocess.run(
        ["ls", "-l", "/proc/self/fd"], close_fds=False, capture_output=True, text=True, check=True
    )
    links = [line.split(" -> ")[1] for line in listed.stdout.splitlines() if " -> " in line]
    return [link for link in links if not link.startswith(("/dev/null", "pipe:", "/proc/"))]


def main():
    plain, tls, http2, certificate = sys.argv[1:5]
    manager = ddm.Manager.open("state")
    jobs = [
        manager.add(f"{plain}/paced/big", "plain"),
        manager.add(f"{tls}/paced/big", "tls", ca_file=certificate),
        *(manager.add(f"{http2}/files/{n}", f"{n}", ca_file=certificate) for n in range(8)),
    ]
    late_s = time.monotonic() + PATIENCE_S
    while not all(job.view().done_bytes for job in jobs):
        assert time.monotonic() < late_s
        manager.turn(1.0)
    assert inherited_by_others() == []
    assert {"manager.lock", "plain.part", "tls.part"} <= locks(), locks()
    staying = os.fork()
    if not staying:
        stay()
    for leave in (sys.exit, os._exit):  # with all that an interpreter does at its end, and without
        pid = os.fork()
        if not pid:
            child(manager, jobs[0], plain)
            del manager, jobs
            gc.collect()
            leave(0)
        while (status := os.waitpid(pid, os.WNOHANG)) == (0, 0):
            manager.turn(0.05)
        assert status == (pid, 0)
    jobs += [manager.add(f"{http2}/files/{n}", f"more{n}", ca_file=certificate) for n in range(8)]
    assert manager.wait(*jobs, timeout_s=PATIENCE_S)
    whole = Path(sys.argv[5]).read_bytes()
    assert [job.result().read_bytes() == whole for job in jobs[:2]] == [True, True]
    assert all(job.result().stat().st_size == 100_000 for job in jobs[2:])
    manager.add(f"{plain}/slow/big", "last")
    while not Path("last.part").exists():
        manager.turn(0.05)
    other = os.fork()
    if not other:
        stay()
    print(staying, other, flush=True)
    # Nothing of it may be held when it is dead, though its children live.
    os.kill(os.getpid(), signal.SIGKILL)


main()
