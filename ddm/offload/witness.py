"""Whether what was written to a file failed, asked without waiting and without a child.

The kernel remembers a write error for each open file description and tells each of them once (`errseq_t`, since
Linux 4.13). A child that syncs shares the description that it was handed; if it is lost, the kernel may have told it,
and a second sync would succeed. So a file has another description that is handed to nobody: the witness.
"""

from __future__ import annotations

import errno
import os

from ddm.offload import deeds

# Behind every byte that a file can have: there is nothing there to be waited for.
_BEYOND_BYTES = (1 << 63) - 2


def ask(witness_fd: int, fd: int) -> None:
    """Tell of a write error since `witness_fd` was opened, to which it is the witness of the file that `fd` is.

    Raises OSError: EIO, ENOSPC, EDQUOT; EBADF if it is closed or of another file by now; ENOSYS.
    """
    if not os.path.sameopenfile(witness_fd, fd):
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    deeds.sync_file_range(witness_fd, _BEYOND_BYTES, 1, deeds.WAIT_BEFORE)
