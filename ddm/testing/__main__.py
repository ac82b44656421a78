"""`python -m ddm.testing SEED [COUNT]`: run the world from a seed on, and tell the story of the first that breaks."""

from __future__ import annotations

import sys

from ddm.testing.story import Violation
from ddm.testing.world import run


def main(arguments: list[str]) -> int:
    """Run COUNT (1) seeds from SEED on; 0 if all kept every promise, 1 if one did not, 2 for a bad command line."""
    try:
        first, count = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 1
    except (IndexError, ValueError):
        sys.stderr.write("usage: python -m ddm.testing SEED [COUNT]\n")
        return 2
    for seed in range(first, first + count):
        try:
            outcome = run(seed)
        except Violation as violation:
            sys.stdout.write(f"{violation}\n")
            return 1
    told = f"{count} seeds kept every promise; the last: {outcome}\n" if count else "no seeds\n"
    sys.stdout.write(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
