"""The four calls of Linux that Python's `os` lacks. Of the other rooms only `offload` uses ctypes.

A libc without one of them answers ENOSYS, as an old kernel would; the callers have another way.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys

_LIBC = ctypes.CDLL(None, use_errno=True)
_FALLOC_FL_KEEP_SIZE = 1
_RENAME_NOREPLACE = 1
# What a kernel or a file system says that does not know RENAME_NOREPLACE, or a sync of directories.
NOT_SUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}
# struct statfs is 120 bytes on x86-64; its first word is f_type.
_STATFS_WORDS = 64
# struct statx is 256 bytes everywhere: stx_mask the first four, stx_mnt_id eight from 144.
_STATX_BYTES, _STATX_MOUNT_AT = 256, 144
_STATX_MNT_ID, _STATX_MNT_ID_UNIQUE = 0x1000, 0x4000
_AT_EMPTY_PATH = 0x1000


def fallocate(fd: int, start: int, length_bytes: int, path: str, *, extend: bool) -> None:
    """Set blocks aside for a part of a file; with `extend` the file grows to hold them.

    path: named by the error. Raises OSError: ENOSPC, EDQUOT, EFBIG, EOPNOTSUPP, ENOSYS.
    Source: fallocate(2).
    """
    mode = 0 if extend else _FALLOC_FL_KEEP_SIZE
    name = "fallocate64" if hasattr(_LIBC, "fallocate64") else "fallocate"
    _call(
        name,
        path,
        ctypes.c_int(fd),
        ctypes.c_int(mode),
        ctypes.c_longlong(start),
        ctypes.c_longlong(length_bytes),
    )


def rename_exclusively(directory_fd: int, old: str, new: str, path: str) -> None:
    """Rename within one directory, never over something that is there.

    path: named by the error. Raises OSError: EEXIST; EINVAL where the file system cannot do it.
    Source: renameat2(2), RENAME_NOREPLACE.
    """
    _call(
        "renameat2",
        path,
        ctypes.c_int(directory_fd),
        ctypes.c_char_p(os.fsencode(old)),
        ctypes.c_int(directory_fd),
        ctypes.c_char_p(os.fsencode(new)),
        ctypes.c_uint(_RENAME_NOREPLACE),
    )


def file_system(fd: int, path: str) -> int:
    """The magic number of the file system that a file is on. Source: fstatfs(2)."""
    answer = (ctypes.c_long * _STATFS_WORDS)()
    _call("fstatfs", path, ctypes.c_int(fd), ctypes.byref(answer))
    return answer[0] & 0xFFFFFFFF


def mount_id(fd: int, path: str) -> str:
    """The mount that an open file is on, a decimal number; "" where the kernel does not say (before Linux 5.8).

    Since Linux 6.8 no two mounts of one boot have the same; before, an unmounted one's may be given again.
    path: named by the error. Raises OSError: ENOSYS.
    Source: statx(2), STATX_MNT_ID_UNIQUE.
    """
    answer = ctypes.create_string_buffer(_STATX_BYTES)
    _call(
        "statx",
        path,
        ctypes.c_int(fd),
        ctypes.c_char_p(b""),
        ctypes.c_int(_AT_EMPTY_PATH),
        ctypes.c_uint(_STATX_MNT_ID | _STATX_MNT_ID_UNIQUE),
        ctypes.byref(answer),
    )
    said = int.from_bytes(answer.raw[:4], sys.byteorder)
    if not said & (_STATX_MNT_ID | _STATX_MNT_ID_UNIQUE):
        return ""
    at = answer.raw[_STATX_MOUNT_AT : _STATX_MOUNT_AT + 8]
    return str(int.from_bytes(at, sys.byteorder))


def _call(name: str, path: str, *arguments: object) -> None:
    function = getattr(_LIBC, name, None)
    number = errno.ENOSYS
    while function is not None:
        if function(*arguments) == 0:
            return
        number = ctypes.get_errno()
        if number != errno.EINTR:
            break
    raise OSError(number, os.strerror(number), path)
