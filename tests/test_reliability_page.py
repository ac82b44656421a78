"""docs/reliability.md: twenty promises, a verdict for each, and tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reliability.md"
ROADMAP = ROOT / "docs" / "roadmap.md"

_PROMISE = re.compile(r"^### (\d+)\. [^:\n]+: (.+)$", re.MULTILINE)
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
_ITEM = re.compile(r"\bItem (\d)\.", re.IGNORECASE)


def _promises() -> dict[int, tuple[str, str]]:
    """Each promise's verdict and text, by its number."""
    page = PAGE.read_text().partition("\n## A hostile server\n")[0]
    _, *parts = _PROMISE.split(page)
    numbers, verdicts, texts = parts[0::3], parts[1::3], parts[2::3]
    return {
        int(number): (verdict, text)
        for number, verdict, text in zip(numbers, verdicts, texts, strict=True)
    }


def _tests_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_there_are_twenty_promises_each_with_a_verdict():
    promises = _promises()

    assert list(promises) == list(range(1, 21))
    assert {verdict for verdict, _ in promises.values()} <= {"held", "partly", "not yet"}


@pytest.mark.parametrize(("path", "name"), sorted(set(_TEST.findall(PAGE.read_text()))))
def test_a_test_that_it_names_exists(path, name):
    assert name in _tests_in(path)


def test_what_is_held_has_tests_and_what_is_not_is_somewhere_on_the_roadmap():
    items = set(re.findall(r"^(\d)\. ", ROADMAP.read_text(), re.MULTILINE))
    untested = [
        n
        for n, (verdict, text) in _promises().items()
        if verdict != "not yet" and not _TEST.findall(text)
    ]
    unplanned = [
        n
        for n, (verdict, text) in _promises().items()
        if verdict != "held" and not set(_ITEM.findall(text)) & items
    ]

    assert (untested, unplanned) == ([], [])
