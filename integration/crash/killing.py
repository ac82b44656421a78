"""A download that is ended many times at random moments, and what that cost."""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from integration.crash.paced import CHUNK_BYTES, PacedServer
from integration.program import Program
from integration.servers.bodies import body, sha256_of

MIB = 1 << 20
SIZE_BYTES = 64 * MIB
CONNECTIONS = 8
# Of each connection: slow enough for eight to run side by side on a busy machine.
BYTES_PER_S = 1 * MIB
# The signals end it before this share of the file; the last run fetches the rest.
_SHARE = 0.92
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one download.

    exits: of each run that was ended, its exit status and how many seconds after the signal it was gone.
    ratio: payload that the client's TCP acknowledged over the file's size.
    """

    exits: tuple[tuple[int, float], ...]
    last_code: int
    right: bool
    ratio: float
    said: str


def content() -> bytes:
    """The file that is fetched."""
    return body(SIZE_BYTES, seed=64)


def trial(home: Path, file: bytes, number: signal.Signals, kills: int, seed: int) -> Trial:
    """Fetch the file; end that so many times, each time after a random number of bytes; let it finish."""
    directory = home / "downloads"
    directory.mkdir(parents=True)
    program = Program(home, directory)
    exits, said = [], ""
    with PacedServer({"/file.bin": file}, bytes_per_s=BYTES_PER_S) as server:
        command = ("get", "--max-segments", CONNECTIONS, server.url("/file.bin"))
        for amount in _amounts(random.Random(f"{number}/{seed}"), len(file), kills):
            goal = server.sent_bytes + amount
            with program.start(*command) as process:
                _wait(server, goal, process)
                asked_s = time.monotonic()
                process.send_signal(number)
                said += process.communicate(timeout=_TIMEOUT_S)[1]
                exits.append((process.returncode, time.monotonic() - asked_s))
        last = program(*command)
        acked = server.acknowledged_bytes()
    whole = directory / "file.bin"
    right = whole.exists() and sha256_of(whole) == hashlib.sha256(file).hexdigest()
    shutil.rmtree(directory)
    return Trial(tuple(exits), last.code, right, acked / len(file), said + last.err)


def _amounts(chance: random.Random, size: int, kills: int) -> list[int]:
    """How many bytes come in each run that is ended: at least a chunk, most of the file together."""
    weights = [0.1 + chance.random() for _ in range(kills)]
    return [max(CHUNK_BYTES, int(_SHARE * size * each / sum(weights))) for each in weights]


def _wait(server: PacedServer, goal: int, process: subprocess.Popen[str]) -> None:
    """Wait for the server to have sent so much; a program that ends before is left as it is."""
    for _ in range(10 * _TIMEOUT_S):
        if server.wait_sent(goal, timeout_s=0.1) or process.poll() is not None:
            return
    raise AssertionError(f"the server sent {server.sent_bytes} of {goal} bytes in {_TIMEOUT_S} s")
