"""python -m integration.crash.figures [TRIALS] [KILLS]: what being ended costs, as docs/reliability.md says it."""

from __future__ import annotations

import signal
import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from integration.crash.killing import Trial, content, trial

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
# Two cores: more at once would measure how long processes wait for a processor.
_AT_ONCE = 3


def measure(home: Path, trials: int, kills: int) -> dict[signal.Signals, list[Trial]]:
    """So many trials of each signal, some side by side."""
    file = content()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        running = {
            number: [
                pool.submit(trial, home / f"{number.name}-{seed}", file, number, kills, seed)
                for seed in range(trials)
            ]
            for number in SIGNALS
        }
        return {number: [each.result() for each in them] for number, them in running.items()}


def table(found: dict[signal.Signals, list[Trial]]) -> str:
    """Markdown."""
    lines = [
        "| ended by | trials x times | payload / size, median | worst | gone after, median | worst | files wrong |",
        "|---|---|---|---|---|---|---|",
    ]
    for number, trials in found.items():
        ratios = [each.ratio for each in trials]
        exits = [took_s for each in trials for _, took_s in each.exits]
        wrong = sum(not each.right or each.last_code != 0 for each in trials)
        lines.append(
            f"| {number.name} | {len(trials)} x {len(trials[0].exits)} | {statistics.median(ratios):.4f}"
            f" | {max(ratios):.4f} | {statistics.median(exits):.2f} s | {max(exits):.2f} s | {wrong} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    trials, kills = (
        [*map(int, sys.argv[1:3]), 50, 20][:2] if len(sys.argv) != 2 else (int(sys.argv[1]), 20)
    )
    with tempfile.TemporaryDirectory() as home:
        print(table(measure(Path(home), trials, kills)))


if __name__ == "__main__":
    main()
