"""`python -m ddm.testing [--many] SEED [COUNT]`: run worlds from a seed on; the story of the first that breaks.

With `--many` it is the one with many jobs on origins of different temper.
"""

from __future__ import annotations

import sys

from ddm.testing import many, world
from ddm.testing.story import Violation


def main(arguments: list[str]) -> int:
    """Run COUNT (1) seeds from SEED on; 0 if all kept every promise, 1 if one did not, 2 for a bad command line."""
    run = many.run if arguments[:1] == ["--many"] else world.run
    numbers = arguments[run is many.run :]
    try:
        first, count = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 1
    except (IndexError, ValueError):
        sys.stderr.write("usage: python -m ddm.testing [--many] SEED [COUNT]\n")
        return 2
    outcome: object = None
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
