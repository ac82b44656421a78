"""Which life of the machine this is: what was not synced is believed only in its own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path

_KERNEL = Path("/proc/sys/kernel/random/boot_id")


def boot_id(environ: Mapping[str, str]) -> str:
    """DDM_BOOT_ID if set, else the kernel's.

    Where neither is known the answer is a new one each time: then nothing unsynced is believed.
    Source: random(4), /proc/sys/kernel/random/boot_id.
    """
    if given := environ.get("DDM_BOOT_ID"):
        return given
    try:
        return _KERNEL.read_text("ascii").strip()
    except OSError:
        return f"unknown-{uuid.uuid4()}"
