"""The ```python blocks of a page as programs that run.

A block is a whole program, unless a comment above it, which readers do not see, says otherwise:

<!-- goes on -->                  it goes on where the block before it ended: they are one program
<!-- given: manager -->           in a `with` block that has a manager open
<!-- given: manager, asyncio -->  in a coroutine, with one that asyncio's loop turns
<!-- given: manager, trio -->     the same in trio
<!-- given: asyncio -->           in a coroutine: the cells of a notebook

What stands behind `# -> ` is what the program must print, line by line. Hosts named example.org are a server of
the test. A block that has tests is run by pytest.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from integration.embedding import packages
from integration.embedding.packages import HOSTS
from integration.program import Program as Installed

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/library.md", "docs/embedding.md", "docs/testing.md")
EXAMPLE = re.compile(r"https://(?:\w+\.)?example\.(?:org|net)(/[\w./-]*)")

_BLOCK = re.compile(r"(?:^<!-- ([^\n]*) -->\n+)?^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_IN_LOOP = """\
import {loop}

import ddm
from ddm.embed import on_{loop}


async def main() -> None:
    with ddm.Manager.open(None) as manager:
        async with on_{loop}(manager):
{body}


{loop}.run({call})
"""
_GIVEN = {
    "manager": ("import ddm\n\nwith ddm.Manager.open(None) as manager:\n{body}\n", 4),
    "manager, asyncio": (_IN_LOOP.replace("{call}", "main()").replace("{loop}", "asyncio"), 12),
    "manager, trio": (_IN_LOOP.replace("{call}", "main").replace("{loop}", "trio"), 12),
    "asyncio": (
        "import asyncio\n\n\nasync def main() -> None:\n{body}\n\n\nasyncio.run(main())\n",
        4,
    ),
}


@dataclass
class Program:
    """One block, or several that go on; line: of the page, where the first begins."""

    page: str
    line: int
    given: str | None
    blocks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def source(self) -> str:
        """What is run."""
        body = "\n".join(self.blocks)
        if self.given is None:
            return body
        frame, margin = _GIVEN[self.given]
        return frame.replace("{body}", textwrap.indent(body, " " * margin).rstrip())

    @property
    def is_test(self) -> bool:
        """Whether pytest is to run it."""
        return "def test_" in self.source

    @property
    def imported(self) -> set[str]:
        """The packages that it imports."""
        return imported(self.source)

    @property
    def printed(self) -> list[str]:
        """What it promises to print; nothing, if it promises nothing."""
        return re.findall(r"# -> (.*)$", self.source, re.MULTILINE)


def imported(source: str) -> set[str]:
    """The packages that a program imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def missing(names: set[str]) -> str | None:
    """Which of these packages this machine has not, and why; None if all are there."""
    needs = dict(need for need in HOSTS.values() if need)
    for name in sorted(names & needs.keys()):
        if reason := packages.missing(name, needs[name]):
            return reason
    for package in sorted({name.partition(".")[0] for name in names}):
        if importlib.util.find_spec(package) is None:
            return f"{package} is not installed (pip install {package})"
    return None


def run(arguments: list[object], ddm: Installed) -> subprocess.CompletedProcess[str]:
    """Run a program where downloads go, with this environment, to its end."""
    environment = ddm.environment | {"QT_QPA_PLATFORM": "offscreen"}
    if "gi" in sys.modules:
        environment["PYTHONPATH"] += f":{_only_gi(ddm.directory.parent)}"
    return subprocess.run(
        # PyGObject has an importer of the old kind.
        [sys.executable, "-W", "error", "-W", "ignore::ImportWarning", *map(str, arguments)],
        check=False,
        cwd=ddm.directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def _only_gi(directory: Path) -> Path:
    """A directory for PYTHONPATH with PyGObject alone: Debian's is among packages that are not for us."""
    packages = directory / "packages"
    packages.mkdir()
    (packages / "gi").symlink_to(sys.modules["gi"].__path__[0])
    return packages


def programs(page: str) -> Iterator[Program]:
    """The programs of a page, in order; none of one that is not there."""
    path = ROOT / page
    text = path.read_text() if path.exists() else ""
    program: Program | None = None
    for match in _BLOCK.finditer(text):
        marker, code = match.groups()
        if marker == "goes on":
            assert program is not None, f"{page}: the first block goes on from none"
            program.blocks.append(code)
            continue
        if program is not None:
            yield program
        line = text.count("\n", 0, match.start(2)) + 1
        given = marker.removeprefix("given: ") if marker and marker.startswith("given: ") else None
        program = Program(page, line, given, [code])
    if program is not None:
        yield program
