"""A host that is interrupted again and again, at any moment: URL serves 300,000 bytes of "x"; SEED, ROUNDS.

SIGALRM has Ctrl-C's own handler here. Prints how many interruptions came in the middle of a turn, and how many jobs
have failed at the end.
"""

import contextlib
import gc
import random
import signal
import sys
import time
from pathlib import Path

import ddm

PATIENCE_S = 10.0


def interrupted(url, round_, after_s):
    """Whether it came in the middle of a turn, or else while it waited."""
    manager = ddm.Manager.open("state")
    try:
        for number in range(4):
            manager.add(f"{url}/{round_}-{number}", f"files/{round_}-{number}")
        due_s = time.monotonic() + after_s
        signal.setitimer(signal.ITIMER_REAL, after_s)
        while True:
            manager.wait(manager.quiet(), timeout_s=PATIENCE_S)
            assert time.monotonic() < due_s + PATIENCE_S, "it was lost"
    except KeyboardInterrupt:
        assert time.monotonic() < due_s + PATIENCE_S, "it came late"
        try:
            manager.turn()
        except ddm.ClosedError:
            return True
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        manager.close()
        manager.close()
        # Python loses what comes while it calls a `__del__` of its own `Popen`: not the garbage of another round.
        del manager
        gc.collect()


def known(manager, count):
    """The jobs of the queue. What was added last and not written when a turn was broken off is not there."""
    for number in range(1, count + 1):
        with contextlib.suppress(ddm.UsageError):
            yield manager.job(number)


def main():
    url, seed, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    Path("files").mkdir()
    chance = random.Random(seed)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    torn = sum(interrupted(url, n, chance.random() * 0.05) for n in range(rounds))
    with ddm.Manager.open("state") as manager:
        assert manager.wait(manager.quiet(), timeout_s=60)
        failed = 0
        for job in known(manager, 4 * rounds):
            if job.state is ddm.State.DONE:
                assert job.result().read_bytes() == b"x" * 300_000, job
            else:
                # As after kill -9: it was made, and nobody had written down whose it is.
                assert job.view().failure.kind.value == "file-exists", job.view().failure
                failed += 1
    print(torn, failed)


main()
