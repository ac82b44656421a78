"""What one job loses to the events of others: the same job alone, and among 23 on other origins.

`python -m integration.among [--rounds N]` prints a table for docs/performance.md. Every run has a process of its own,
and so have the servers: 24 of them, each of which gives a connection 1 MiB/s. A job has four connections, alone or
not, so that nothing but the others' events can make it slower.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass

from ddm.limits import Limits
from integration.drawing.house import fetch
from integration.servers.shaper import MIB, Shape, shaped

_JOBS, _CONNECTIONS = 24, 4
_SHAPE = Shape(size_bytes=16 * MIB, bytes_per_s=1 * MIB, ports=_JOBS)
_LIMITS = Limits(max_total_connections=_JOBS * _CONNECTIONS, max_segments=_CONNECTIONS)


@dataclass(frozen=True, slots=True)
class Figures:
    """One run.

    wall_s: of the first job. cpu_s: of the process, in all. turn_ms: its longest turn.
    """

    wall_s: float
    cpu_s: float
    turn_ms: float


def measure(urls: list[str]) -> Figures:
    """Fetch these at once in this process; what the first of them took."""
    run = fetch(urls, _LIMITS)
    return Figures(run.job_s[0], run.cpu_s, run.turn_s * 1000)


def _in_its_own_process(urls: list[str]) -> Figures:
    command = [sys.executable, "-m", "integration.among", "--fetch", json.dumps(urls)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Figures(**json.loads(done.stdout))


def _row(name: str, figures: list[Figures], wall_alone_s: float, jobs: int) -> str:
    wall_s, cpu_s, turn_ms = (
        statistics.median(column)
        for column in zip(*((f.wall_s, f.cpu_s, f.turn_ms) for f in figures), strict=True)
    )
    return f"| {name} | {wall_s:.2f} | {wall_s / wall_alone_s:.3f} | {cpu_s / jobs:.3f} | {turn_ms:.1f} |"


def main(arguments: list[str]) -> int:
    """Measure and print; the medians of so many rounds."""
    parser = argparse.ArgumentParser(prog="python -m integration.among")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fetch", metavar="JSON", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.fetch:
        sys.stdout.write(json.dumps(asdict(measure(json.loads(asked.fetch)))))
        return 0
    alone, among = [], []
    with shaped(_SHAPE) as urls:
        for _ in range(asked.rounds):
            alone.append(_in_its_own_process(urls[:1]))
            among.append(_in_its_own_process(urls))
    wall_alone_s = statistics.median(figures.wall_s for figures in alone)
    lines = [
        "| one job of 16 MiB, 4 x 1 MiB/s | wall s | x alone | CPU s per job | longest turn ms |",
        "|---|---:|---:|---:|---:|",
        _row("alone", alone, wall_alone_s, 1),
        _row("among 23 others", among, wall_alone_s, _JOBS),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
