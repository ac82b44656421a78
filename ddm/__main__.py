"""`python -m ddm`, and what the installed command `ddm` calls."""

from __future__ import annotations

import sys

from ddm.cli.door import run


def main() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
