"""python -m integration.blocking [--small] [SCENE...]: what holds the loop, and what that does to other jobs.

Prints the table of docs/blocking.md. The full size writes 30 GiB below TMPDIR, which must be on a disk, and takes some
ten minutes; as root also the scene of a very big file, which needs a disk of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from integration.blocking.figures import Figures
from integration.blocking.scenes import ALIKE, GIB, SMALL, Sizes, preallocate
from integration.blocking.stage import Stage, stage
from integration.crash.disks import ext4

_HEAD = [
    *("scene", "s", "longest turn ms", "computing", "waiting for a processor", "ours ms"),
    *("throughput", "worst half second", "undisturbed"),
]


def measure(scene: Callable[[Stage, Sizes], None], sizes: Sizes) -> tuple[dict[str, Figures], int]:
    """Play one scene on a stage of its own; what came out, and the most threads that were seen."""
    with ExitStack() as exits:
        home = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="ddm-blocking-")))
        roomy = None
        if scene is preallocate:
            disk = exits.enter_context(
                ext4(home / "ext4", sizes.huge_bytes + 10 * GIB, "noinit_itable")
            )
            roomy = disk.point
        with stage(home / "stage", roomy) as here:
            scene(here, sizes)
        return here.figures, here.threads


def row(name: str, figures: Figures) -> str:
    """A line of the table."""
    longest, held = figures.longest, figures.held
    cells = [
        name,
        f"{figures.seconds:.1f}",
        f"{figures.longest_s * 1000:.1f}",
        f"{longest.cpu_s * 1000:.1f}" if longest else "",
        f"{longest.queued_s * 1000:.1f}" if longest else "",
        f"{held.held_s * 1000:.1f}" if held else "",
        f"{figures.throughput:.3f}",
        f"{figures.worst_window:.2f}",
        f"{figures.worst_undisturbed:.2f}",
    ]
    return line(cells)


def line(cells: list[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if something is not as it should be."""
    scenes = {**ALIKE, **({"preallocate": preallocate} if os.geteuid() == 0 else {})}
    parser = argparse.ArgumentParser(prog="python -m integration.blocking")
    parser.add_argument("--small", action="store_true", help="the sizes that the tests have")
    parser.add_argument("scene", nargs="*", help=", ".join(scenes))
    asked = parser.parse_args(arguments)
    missed: list[str] = []
    print(line(_HEAD), line(["---", *["---:"] * (len(_HEAD) - 1)]), sep="\n", flush=True)
    for name in asked.scene or scenes:
        found, threads = measure(scenes[name], SMALL if asked.small else Sizes())
        for each, figures in found.items():
            print(row(each, figures), flush=True)
            missed += [f"{each}: {figures.missed}"] if figures.missed else []
        missed += [f"{name}: {threads} threads"] if threads != 1 else []
    print("\n".join(missed), file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
