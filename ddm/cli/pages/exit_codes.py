"""The table of exit statuses in docs/exit-codes.md: `python -m ddm.cli.pages.exit_codes` prints it."""

from __future__ import annotations

import sys

from ddm.errors import Exit

_HEAD = """\
# Exit statuses

What `ddm` returns to the shell. The numbers are those of aria2 where the meaning is the same, 2 is
usage, 40 and above are our own. If all jobs that failed share one status, that is the status of the
command; if they failed for different reasons, it is 1.

This page is made from `ddm/errors.py`: `python -m ddm.cli.pages.exit_codes > docs/exit-codes.md`.

| status | name | meaning |
|---:|---|---|
"""


def page() -> str:
    """The whole page, in Markdown."""
    rows = (f"| {status.value} | {status.name} | {status.text} |\n" for status in Exit)
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write(page())
