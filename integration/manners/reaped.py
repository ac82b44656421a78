"""A host that has its own way with children: IGNORES them (SIG_IGN) or REAPS them all; URL, a file of 1 MiB."""

import contextlib
import os
import signal
import sys

import ddm


def reap(*_):
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN if sys.argv[1] == "ignores" else reap)
    for _ in range(3):
        with ddm.Manager.open("state") as manager:
            jobs = [
                manager.add(sys.argv[2], f"file{number}", overwrite=True) for number in range(4)
            ]
            while not all(job.over for job in jobs):
                manager.wait(*jobs, timeout_s=0.2)
                # As if each of them died, of something else.
                for pid in manager._house.children.pids[:1]:
                    os.kill(pid, signal.SIGKILL)
            assert all(job.result().stat().st_size == 1 << 20 for job in jobs)


main()
