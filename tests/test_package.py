"""What an import costs: the door stays light."""

import subprocess
import sys
from pathlib import Path

import pytest

import ddm

ROOT = Path(__file__).parent.parent


def _imported_by(*arguments: str) -> set[str]:
    """The modules that a Python with these arguments imports, as `-X importtime` lists them."""
    command = [sys.executable, "-X", "importtime", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize("module", ["ddm", "ddm.core", "ddm.core.events", "ddm.core.commands"])
def test_importing_it_loads_no_pycurl(module):
    assert "pycurl" not in _imported_by("-c", f"import {module}")


def test_the_help_loads_neither_pycurl_nor_rich_nor_sqlite3():
    imported = _imported_by("-m", "ddm", "--help")

    assert imported & {"pycurl", "rich", "sqlite3"} == set()
    assert "click" in imported


def test_every_name_that_ddm_promises_is_there():
    names = "; ".join(f"ddm.{name}" for name in ddm.__all__)
    subprocess.run([sys.executable, "-c", f"import ddm; {names}"], cwd=ROOT, check=True)
