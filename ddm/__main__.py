"""`python -m ddm`, and what the installed command `ddm` calls.

Most downloads are short: looking for garbage while modules are loaded, and taking them apart at the
end, would cost more time than fetching a small file.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys

from ddm.cli.door import run

# Python's own 700 was chosen when memory was dear; loading DDM makes 100,000 objects, hardly any of them garbage.
_GARBAGE_THRESHOLD = 50_000


def main() -> None:
    """Run the command line and leave with its exit status."""
    gc.set_threshold(_GARBAGE_THRESHOLD)
    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        # AttributeError: a stream that was closed before we began is None.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    # Everything of ours is closed by now: the store, the files, the log.
    os._exit(status)


if __name__ == "__main__":
    main()
