"""The installed `ddm`: a process of its own, with directories of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str


class Program:
    """The installed `ddm`, with its own configuration and state."""

    def __init__(self, home: Path, directory: Path) -> None:
        self.directory = directory
        self.config = home / "config" / "ddm" / "config.toml"
        kept = {"LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR"}  # a user's proxies, say, are not
        self.environment = {name: os.environ[name] for name in kept & os.environ.keys()} | {
            "HOME": str(home),
            "PYTHONFAULTHANDLER": "1",
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_STATE_HOME": str(home / "state"),
        }

    def configure(self, text: str) -> None:
        """Write the configuration file."""
        self.config.parent.mkdir(parents=True)
        self.config.write_text(text)

    def trust(self, certificate: Path) -> None:
        """Trust a certificate from now on."""
        self.environment |= {
            "CURL_CA_BUNDLE": str(certificate),
            "SSL_CERT_FILE": str(certificate),
        }

    @contextmanager
    def start(self, *arguments: object) -> Iterator[subprocess.Popen[str]]:
        """Start it in the download directory; a test that leaves before its end kills it."""
        with subprocess.Popen(
            [sys.executable, "-m", "ddm", *map(str, arguments)],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def __call__(self, *arguments: object, stdin: str = "", timeout_s: float = 60) -> Ended:
        """Run it to its end."""
        with self.start(*arguments) as process:
            return finish(process, stdin=stdin, timeout_s=timeout_s)

    def status(self) -> Any:
        """What `ddm status --json` says."""
        ended = self("status", "--json")
        assert ended.code == 0, ended.err
        return json.loads(ended.out)


def finish(process: subprocess.Popen[str], *, stdin: str = "", timeout_s: float = 60) -> Ended:
    """Wait for a program; one that hangs says where, and the test fails."""
    try:
        out, err = process.communicate(stdin, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        out, err = process.communicate()
        pytest.fail(f"ddm did not end in {timeout_s} s; it said:\n{out}\n{err}")
    return Ended(process.returncode, out, err)
