"""A test in a process of its own, within a network and a mount namespace of its own.

There it can say how this machine looks names up, and listen at the port of DNS, without anybody else noticing.
"""

from __future__ import annotations

import ctypes
import fcntl
import functools
import os
import signal
import socket
import struct
import subprocess
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_CLONE_NEWNS, _CLONE_NEWUSER, _CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_TIMEOUT_S = 120

_libc = ctypes.CDLL(None, use_errno=True)


def in_namespace(test: Callable[..., None]) -> Callable[..., None]:
    """Decorates a test. What it uses has to be started within it: fixtures with servers are outside."""

    @functools.wraps(test)
    def run(**fixtures: Any) -> None:
        if not _possible():
            pytest.skip("no namespaces here: see unshare(1)")
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _be_the_child(test, fixtures, writing)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as told:
            wrong = told.read()
        _, status = os.waitpid(child, 0)
        if wrong or status:
            pytest.fail(wrong or f"the test's process ended with {status}", pytrace=False)

    return run


@functools.cache
def _possible() -> bool:
    as_root = () if os.geteuid() == 0 else ("-r",)
    return not subprocess.run(
        ["unshare", *as_root, "-m", "-n", "true"], stderr=subprocess.DEVNULL, check=False
    ).returncode


def _be_the_child(test: Callable[..., None], fixtures: dict[str, Any], writing: int) -> None:
    signal.alarm(_TIMEOUT_S)
    wrong = ""
    try:
        _enter()
        test(**fixtures)
    except BaseException:  # noqa: BLE001  # the parent raises it
        wrong = traceback.format_exc()
    os.write(writing, wrong.encode("utf-8", "backslashreplace")[-60_000:])
    os._exit(0)  # nothing of the parent's is ours to close


def _enter() -> None:
    user, group = os.geteuid(), os.getegid()
    _check(_libc.unshare(_CLONE_NEWNS | _CLONE_NEWNET | (_CLONE_NEWUSER if user else 0)))
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _check(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None))
    with socket.socket() as any_socket:
        loopback = struct.pack("16sh14x", b"lo", 0)
        name, flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, loopback))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", name, flags | _IFF_UP))


def mount_over(path: str, content: str, directory: Path) -> None:
    """Let a file of the system have another content within the namespace; it is kept in the directory."""
    other = directory / Path(path).name
    other.write_text(content)
    _check(_libc.mount(os.fsencode(other), os.fsencode(path), None, _MS_BIND, None))


def _check(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
