"""python -m integration.embedding.measured [--small] [TABLE...]: what DDM costs in other people's loops.

Prints the tables of docs/performance.md, some ten minutes in all. All runs of a table take turns, round by round; each
has a process of its own, and so has the server.
"""

from __future__ import annotations

import argparse
import sys

from integration.embedding.measured.stage import stage
from integration.embedding.measured.tables import SMALL, TABLES, Sizes


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m integration.embedding.measured")
    parser.add_argument("--small", action="store_true", help="a tenth of everything")
    parser.add_argument("--rounds", type=int, default=0, help="by default 5; 2 with --small")
    parser.add_argument("table", nargs="*", help=", ".join(TABLES))
    asked = parser.parse_args(arguments)
    sizes = SMALL if asked.small else Sizes()
    rounds = asked.rounds or sizes.rounds
    with stage(sizes.small, sizes.big, sizes.big_bytes) as here:
        for name in asked.table or TABLES:
            print(*TABLES[name](here, sizes, rounds), sep="\n", end="\n\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
