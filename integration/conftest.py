"""Servers to talk to, and the installed program to talk to them."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.embedding.packages import said
from integration.program import Program
from integration.servers import nginx as real
from integration.servers.scripted import ScriptedServer

# A shell has what it runs in the background ignore Ctrl-C, and children inherit that: here they shall hear of it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which loops DDM was tested in, if it was."""
    reports = [report for some in terminalreporter.stats.values() for report in some]
    if any("test_embedding.py" in getattr(report, "nodeid", "") for report in reports):
        terminalreporter.write_line(said())


@pytest.fixture
def download_dir(tmp_path: Path) -> Iterator[Path]:
    """Where downloads go; gone after the test, for some are large."""
    directory = tmp_path / "downloads"
    directory.mkdir()
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def ddm(tmp_path: Path, download_dir: Path) -> Program:
    """The installed program."""
    return Program(tmp_path / "home", download_dir)


def needs_nginx() -> None:
    """Skip the test without it. Where tests must be complete (CI=true) its absence is a failure."""
    if real.program() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("nginx is missing: apt-get install nginx-light")
        pytest.skip("nginx is missing: apt-get install nginx-light")


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[real.Nginx]:
    """A real nginx."""
    needs_nginx()
    with real.Nginx(tmp_path / "nginx") as server:
        yield server
    shutil.rmtree(server.files)


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """A server that does what the test says."""
    with ScriptedServer() as server:
        yield server
