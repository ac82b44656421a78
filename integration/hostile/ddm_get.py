"""`ddm get` as the command of a trial."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

from integration.hostile.row import Row
from integration.hostile.trial import API_KEY, COOKIE
from integration.program import ROOT, Program

LIMITS = {
    "DDM_CONNECT_TIMEOUT_SECS": "3",
    "DDM_MAX_WAIT_SECS": "3",
    "DDM_RETRY_BASE_DELAY_SECS": "0.02",
    "DDM_RETRY_MAX_ATTEMPTS": "4",
    "DDM_RETRY_MAX_DELAY_SECS": "0.1",
    "DDM_STALL_TIMEOUT_SECS": "1",
}
_DDM = [sys.executable, "-m", "ddm", "get"]
_SECRETS = {"--header": f"X-Api-Key: {API_KEY}", "--cookie": f"session={COOKIE}"}


def environment(home: Path) -> dict[str, str]:
    """Variables for a trial whose home is that directory."""
    return Program(home, home).environment | LIMITS


def command(row: Row, url: str, directory: Path, run: int) -> list[str]:
    """The words of the command."""
    flags = row.flags if run == 1 else (row.again or ())
    secrets = [
        word
        for name in _SECRETS
        if row.secret and name in options()
        for word in (name, _SECRETS[name])
    ]
    return [*_DDM, *secrets, "-d", str(directory), *flags, *([url] if url else [])]


def missing_options(row: Row) -> list[str]:
    """Options that the row needs and that the program does not have."""
    words = [*row.flags, *(row.again or ())]
    names = [word.partition("=")[0] for word in words if word.startswith("--")]
    return [name for name in names if name not in options()]


@functools.cache
def options() -> str:
    """What `ddm get --help` says."""
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*_DDM, "--help"], env=variables, capture_output=True, text=True, check=True
    ).stdout
