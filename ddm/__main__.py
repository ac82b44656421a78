"""`python -m ddm`, and what the installed command `ddm` calls.

Most downloads are short: looking for garbage while modules are loaded, and taking them apart at the
end, would cost more time than fetching a small file.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from pathlib import Path

from ddm.cli.door import run

# Python's own 700 was chosen when memory was dear; loading DDM makes 100,000 objects, hardly any of them garbage.
_GARBAGE_THRESHOLD = 50_000


def open_closed_streams() -> None:
    """Give /dev/null to each standard stream that was closed before we began (`ddm get URL <&-`).

    Else no line could be read or written, and a file of ours would get the number that commands of the
    user's take for their stderr.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - until our end


def main() -> None:
    """Run the command line and leave with its exit status."""
    gc.set_threshold(_GARBAGE_THRESHOLD)
    open_closed_streams()
    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    # Everything of ours is closed by now: the store, the files, the log.
    os._exit(status)


if __name__ == "__main__":
    main()
