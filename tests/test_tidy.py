"""The source itself, tested: short files and functions, a test beside every module, no threads.

`make check` runs this too. Every test lists what breaks its law.
"""

import ast
import re
import tomllib
from pathlib import Path

import ddm

ROOT = Path(__file__).parent.parent
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 60

SOURCES = sorted((ROOT / "ddm").rglob("*.py"))
TESTS = sorted([*(ROOT / "tests").rglob("*.py"), *(ROOT / "integration").rglob("*.py")])
TEXTS = [
    *SOURCES,
    *TESTS,
    *(ROOT / "docs").rglob("*.md"),
    *ROOT.glob("*.md"),
    ROOT / "pyproject.toml",
    ROOT / "Makefile",
]

# Modules without a test file of their own, and why.
UNTESTED = {
    "limits.py": "numbers with their reasons; test_settings.py holds them to their bounds",
    "library/household.py": "a protocol, without a line that runs",
    "listeners.py": "a frame for three callbacks",
    "ports.py": "protocols, without a line that runs",
    "record.py": "frozen values and two enumerations",
    "spec.py": "a frozen value",
    "core/commands.py": "frozen values",
    "core/events.py": "frozen values",
}
# Test files that belong to no module: of the source, of the package, of a page of docs/.
OF_THE_WHOLE = {
    "test_exhaustive.py",
    "test_package.py",
    "test_reliability_page.py",
    "test_planted.py",
    "test_states.py",
    "test_tidy.py",
    "test_world.py",
}


def _nodes(path: Path, *kinds: type[ast.AST]) -> list[ast.AST]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]


def _imports(path: Path) -> set[str]:
    names = {a.name for node in _nodes(path, ast.Import) for a in node.names}
    for node in _nodes(path, ast.ImportFrom):
        names |= {f"{node.module}", *(f"{node.module}.{a.name}" for a in node.names)}
    return names


def _where(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _modules() -> set[str]:
    return {str(path.relative_to(ROOT / "ddm")) for path in SOURCES if path.name != "__init__.py"}


def _tested() -> set[str]:
    """The modules that test files are named after."""
    return {
        str(path.relative_to(ROOT / "tests").with_name(path.name.removeprefix("test_")))
        for path in (ROOT / "tests").rglob("test_*.py")
        if path.parent != ROOT / "tests" or path.name not in OF_THE_WHOLE
    }


def test_files_are_short():
    lines = {_where(path): len(path.read_text().splitlines()) for path in [*SOURCES, *TESTS]}

    assert {path: count for path, count in lines.items() if count > FILE_LINES_MAX} == {}


def test_functions_fit_a_screen():
    lines = {
        f"{_where(path)}: {function.name}": function.end_lineno - function.lineno + 1
        for path in [*SOURCES, *TESTS]
        for function in _nodes(path, ast.FunctionDef)
    }

    assert {name: count for name, count in lines.items() if count > FUNCTION_LINES_MAX} == {}


def test_every_module_has_a_test_file_of_its_own():
    assert sorted(_modules() - _tested() - set(UNTESTED)) == []


def test_every_exemption_from_that_is_still_needed():
    assert sorted(set(UNTESTED) - (_modules() - _tested())) == []


def test_every_test_file_names_its_module():
    # A long one is split by noun: test_engine_faults.py belongs to engine.py too.
    homes = {module.removesuffix(".py") for module in _modules()}
    strangers = {
        tested
        for tested in _tested()
        if not any(tested.startswith((f"{home}.py", f"{home}_")) for home in homes)
    }

    assert sorted(strangers) == []


def test_nothing_in_ddm_starts_a_thread():
    threads = {"threading", "_thread", "concurrent.futures", "multiprocessing"}

    # A process of its own, in which look-ups shall not wait for one another.
    assert [_where(path) for path in SOURCES if _imports(path) & threads] == [
        "ddm/offload/child.py"
    ]


def test_nothing_in_ddm_prints_but_the_command_line():
    prints = [
        f"{_where(path)}:{call.lineno}"
        for path in SOURCES
        for call in _nodes(path, ast.Call)
        if ast.unparse(call.func) == "print" and path.parent.name != "cli"
    ]

    assert prints == []


def test_no_file_knows_the_machine_it_was_written_on():
    own_paths = re.compile(r"(?<![\w.~])/(?:work|root|home)/\w+")
    found = {_where(path): own_paths.findall(path.read_text()) for path in TEXTS}

    assert {path: names for path, names in found.items() if names} == {}


def test_no_file_refers_to_something_outside_of_the_repository():
    outside = "../" + "shared"

    assert [_where(path) for path in TEXTS if outside in path.read_text()] == []


def test_links_in_the_documentation_lead_somewhere():
    dead = [
        f"{_where(page)}: {link}"
        for page in TEXTS
        if page.suffix == ".md"
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        if not (page.parent / link).exists()
    ]

    assert dead == []


def test_the_index_of_the_documentation_names_every_page():
    index = ROOT / "docs" / "README.md"
    pages = {path.name for path in index.parent.glob("*.md")} - {index.name}

    assert pages - set(re.findall(r"\]\(([\w-]+\.md)\)", index.read_text())) == set()


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert ddm.__version__ == project["version"]
