"""The examples of README.md and docs/ run, print what they say, and are typed (`documented` has the rules)."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from integration import typed
from integration.documented import EXAMPLE, PAGES, ROOT, Program, missing, programs, run
from integration.program import Program as Installed
from integration.servers.behaviours import Honest
from integration.servers.bodies import body
from integration.servers.scripted import ScriptedServer

PROGRAMS = [program for page in PAGES for program in programs(page)]


@pytest.fixture
def written(tmp_path: Path) -> list[Path]:
    """All of them, as files."""
    return _write(PROGRAMS, tmp_path / "programs")


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_it_runs_and_prints_what_it_says(
    program: Program, ddm: Installed, tmp_path: Path, scripted: ScriptedServer
):
    if reason := missing(program.imported):
        pytest.skip(reason)
    for path in EXAMPLE.findall(program.source):
        if "missing" not in path:
            scripted.add(path, Honest(b"test" if path.endswith(".txt") else body(2 << 20)))
    (path,) = _write([program], tmp_path / "programs")
    path.write_text(EXAMPLE.sub(lambda match: scripted.url(match[1]), program.source))

    ended = run(["-m", "pytest", "-q", path] if program.is_test else [path], ddm)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    if program.printed:
        assert ended.stdout.splitlines() == program.printed


def test_mypy_has_nothing_to_say(written: list[Path]):
    command = [sys.executable, "-m", "mypy", *map(str, written)]

    checked = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)

    assert checked.returncode == 0, checked.stdout


def test_pyright_has_nothing_to_say(written: list[Path]):
    if reason := typed.why_not():
        pytest.skip(reason)

    assert typed.clean(written) == ""


def _write(some: Iterable[Program], directory: Path) -> list[Path]:
    """As files, named after their pages and lines."""
    directory.mkdir()
    paths = []
    for program in some:
        path = directory / f"{Path(program.page).stem.lower()}_line_{program.line}.py"
        path.write_text(program.source)
        paths.append(path)
    return paths
