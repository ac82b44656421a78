"""A host with several managers at once, each in a thread of its own: URL, a file of 1 MiB."""

import sys
import threading
from pathlib import Path

import ddm

FAILED = []


def fetch(name, manager=None):
    try:
        with manager or ddm.Manager.open(name if name.startswith("state") else None) as fetching:
            jobs = [fetching.add(sys.argv[1], f"{name}-{number}") for number in range(10)]
            assert fetching.wait(*jobs, timeout_s=40)
            body = Path(sys.argv[2]).read_bytes()
            assert all(job.result().read_bytes() == body for job in jobs)
    except BaseException as error:  # noqa: BLE001 - for the main thread
        FAILED.append((name, repr(error)))


def main():
    names = ["state1", "state2", "memory1", "memory2"]
    opened_here = ddm.Manager.open("state3")
    threads = [threading.Thread(target=fetch, args=(name,)) for name in names]
    threads.append(threading.Thread(target=fetch, args=("state3", opened_here)))
    for thread in threads:
        thread.start()
    with ddm.Manager.open("state4") as one, ddm.Manager.open(None) as other:
        jobs = [each.add(sys.argv[1], f"main{n}") for n, each in enumerate((one, other))]
        while not all(job.over for job in jobs):
            one.turn(0.01)
            other.turn(0.01)
        assert all(job.result() for job in jobs)
        said = ""
        try:
            ddm.Manager.open("state4")
        except ddm.HeldError as error:
            said = str(error)
        assert said.startswith("another manager of this process works with "), said
    for thread in threads:
        thread.join()
    assert FAILED == [], FAILED


main()
