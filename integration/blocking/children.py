"""The child processes of a `ddm run`, as the kernel tells of them, and what kills them."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def children_of(pid: int) -> list[int]:
    """The children that a process has now; none if it is gone."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(child) for child in found if not has_ended(int(child))]


def has_ended(pid: int) -> bool:
    """Whether nothing of it is left but, at most, an exit status that nobody asked for yet."""
    return _stat(pid)[:1] in ([], ["Z"], ["X"])


def cpu_s(pid: int) -> float:
    """The processor time that it has had; 0 if it is gone."""
    fields = _stat(pid)
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def waits_for_disk(pid: int) -> bool:
    """Whether it is in a call that nothing interrupts."""
    return _stat(pid)[:1] == ["D"]


def threads_of(pid: int) -> int:
    """How many threads it has; 0 if it is gone."""
    with suppress(OSError):
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    return 0


def kill(pid: int) -> None:
    """SIGKILL, if it is there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on, which is the third: proc(5)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []
