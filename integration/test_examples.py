"""The programs in examples/ do what they say: each fetches files from a server of the test."""

import ast
from pathlib import Path

import pytest

from integration import typed
from integration.documented import ROOT, imported, missing, run
from integration.program import Program
from integration.servers.behaviours import Honest
from integration.servers.bodies import body
from integration.servers.scripted import ScriptedServer

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
FILES = {
    f"{name}.iso": body(size, seed=size)
    for name, size in (("one", 3 << 20), ("two", 70_000), ("three", 1))
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_it_fetches_whole_files(
    example: Path, ddm: Program, download_dir: Path, scripted: ScriptedServer
):
    if reason := missing(imported(example.read_text())):
        pytest.skip(reason)
    urls = [scripted.add(f"/{name}", Honest(content)) for name, content in FILES.items()]

    ended = run([example, download_dir, *urls], ddm)

    assert ended.returncode == 0, ended.stderr
    fetched = {
        path.name.rpartition("-")[2]: path.read_bytes()  # pooch puts a digest of the URL before it
        for path in download_dir.glob("*.iso")
    }
    assert fetched == FILES
    assert all(str(path) in ended.stdout for path in download_dir.glob("*.iso"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_its_docstring_says_how_it_is_run(example: Path):
    shows, _, run_by = (ast.get_docstring(ast.parse(example.read_text())) or "").partition("\n\n")

    assert shows
    assert run_by.startswith(f"python examples/{example.name} DIRECTORY URL...")


def test_a_loop_of_ones_own_takes_twenty_lines():
    tree = ast.parse((ROOT / "examples/on_selectors.py").read_text())
    statements = [node for node in tree.body if not isinstance(node, ast.Expr)]
    lines = range(statements[0].lineno, (statements[-1].end_lineno or 0) + 1)

    assert len(lines) <= 20


def test_they_are_typed():
    if reason := typed.why_not():
        pytest.skip(reason)

    assert typed.clean(EXAMPLES) == ""
