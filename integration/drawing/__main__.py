"""`python -m integration.drawing [S2] [S6] [S8] [URL] [-o DIRECTORY]`: draw how DDM fetches.

S2, S6 and S8 are the shapes of docs/performance.md, served here by servers of our own; without a name all three are
drawn. A URL is fetched from wherever it is. Nothing of what is fetched is kept.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ddm.limits import Limits
from integration.drawing.house import UnfinishedError, fetch
from integration.drawing.picture import svg
from integration.servers.shaper import SCENARIOS, shaped

_PICTURES = Path(__file__).parent.parent.parent / "docs" / "pictures"


def main(arguments: list[str]) -> int:
    """0 if all was drawn, 1 if something could not be fetched."""
    parser = argparse.ArgumentParser(
        prog="python -m integration.drawing", description="Draw how DDM fetches."
    )
    parser.add_argument("what", nargs="*", default=list(SCENARIOS), help="S2, S6, S8, or a URL")
    parser.add_argument("-o", "--output", type=Path, default=_PICTURES, metavar="DIRECTORY")
    asked = parser.parse_args(arguments)
    for number, what in enumerate(asked.what):
        path = asked.output / (f"{what.lower()}.svg" if what in SCENARIOS else f"url-{number}.svg")
        try:
            path.write_text(_drawn(what))
        except UnfinishedError as error:
            sys.stderr.write(f"drawing: {what}: {error}\n")
            return 1
        sys.stdout.write(f"{path}\n")
    return 0


def _drawn(what: str) -> str:
    if what not in SCENARIOS:
        return svg(fetch([what], Limits()), what)
    told, shape = SCENARIOS[what]
    with shaped(shape) as urls:
        return svg(fetch(urls, Limits()), f"{what}: {told}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
