"""Run a command and say how it ended: `python -I -S measured.py SECONDS REPORT COMMAND...`

A process of its own, because a child's peak memory counts what its parent held when it forked. It
imports next to nothing, so that it costs next to nothing.
"""

import os
import signal
import sys
import time


def main() -> None:
    limit_s, report, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
    began = time.monotonic()
    child = os.posix_spawnp(command[0], command, os.environ)
    hung = False
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if not hung and time.monotonic() - began > limit_s:
            hung = True
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)
    code = os.waitstatus_to_exitcode(status)
    took_s = time.monotonic() - began
    with open(report, "w", encoding="ascii") as file:  # noqa: PTH123  # no need of pathlib
        file.write(f"{code} {int(hung)} {usage.ru_maxrss << 10} {took_s}")


if __name__ == "__main__":
    main()
