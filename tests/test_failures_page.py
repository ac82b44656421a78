"""Holds docs/failures.md to the tables of the code: what fails how, and what follows.

`python -m tests.test_failures_page` writes the page again.
"""

import ast
import errno
import inspect
import os
import re
from collections import defaultdict
from enum import Enum
from itertools import groupby
from pathlib import Path

from ddm.core.retry import COURSES, Course, attempts_max
from ddm.errors import Exit
from ddm.failures import Failure, Kind, from_os_error
from ddm.http.head import Head
from ddm.http.response import Expectation, Reject, judge
from ddm.limits import RetryLimits
from ddm.multi.curl_codes import CODES
from ddm.multi.curl_failure import Ending, from_curl

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "failures.md"
REFRESH = "python -m tests.test_failures_page"
HEAD = f"""\
# What fails, and what follows

Whatever goes wrong becomes a failure of one kind, and the kind alone decides the course. Its sentence names the thing,
its exit status is what `ddm` returns if the job ends with it ([exit-codes.md](exit-codes.md)). How often and how long
DDM tries again is set in `[retry]` ([configuration.md](configuration.md)); tries are counted since the last progress.

This page is made from the code: `{REFRESH}`.

## The courses

| course | what follows |
|---|---|
"""
NAME_TRIES = attempts_max(Kind.UNRESOLVED, RetryLimits())
AFTER_THE_KINDS = f"""\
A name that cannot be resolved is tried {NAME_TRIES} times. Two refusals need not stop a job at once: a 401, 403, 404 or
410 from where a redirect led may be a URL that has run out, and the first URL is asked again; a 403 to one of several
connections may mean one too many, and its piece is asked for alone."""
OF_THE_STATUSES = """\
200, 206, 416 and a 304 that was asked for are for [judge.md](judge.md). A redirect that does not say where to is a
bad-response."""
CIRCUMSTANCES = {
    "once connected": {"connected": True},
    "where the peer reset the connection (errno)": {"os_errno": errno.ECONNRESET},
    "where the message names ENHANCE_YOUR_CALM": {"message": "(error 0xb ENHANCE_YOUR_CALM)"},
    "where the message is about a chunk's size": {"message": "chunk hex-length char not a digit"},
}


def _comments(enum: type[Enum]) -> dict[str, str]:
    """What the source says beside each member."""
    lines = inspect.getsource(enum).splitlines()
    found = [re.fullmatch(r'    ([A-Z_]+) = ".*?"  # (.+)', line) for line in lines]
    return {match[1]: match[2] for match in found if match}


def _of_curl(code: int, **circumstance) -> Failure:
    return from_curl(Ending(**{"code": code, "message": "said", **circumstance}), "https://h/")


def _of_status(status: int) -> Failure | None:
    head = Head(status, (("location", "/elsewhere"),))
    verdict = judge(Expectation(None), head, wall_s=0.0)
    return verdict.failure if isinstance(verdict, Reject) else None


def _of_errno(number: int) -> Failure:
    return from_os_error(OSError(number, os.strerror(number)), "/d/f.part", "write")


def _in_the_source() -> set[tuple[Kind, Exit]]:
    """Kinds that stand beside their exit status in a call."""
    calls = [
        call
        for path in sorted((ROOT / "ddm").rglob("*.py"))
        if "testing" not in path.relative_to(ROOT).parts
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
    ]
    pairs = set()
    for call in calls:
        words = " ".join(ast.unparse(arg) for arg in call.args if isinstance(arg, ast.Attribute))
        kind, code = re.search(r"\bKind\.(\w+)", words), re.search(r"\bExit\.(\w+)", words)
        if kind and (code or ast.unparse(call.func) == "_failure"):
            pairs.add((Kind[kind[1]], Exit[code[1]] if code else Exit.BAD_RESPONSE))
    return pairs


def exits() -> dict[Kind, list[Exit]]:
    """Every exit status that a kind can have."""
    found = [_of_curl(code, **c) for code in range(1, 150) for c in (*CIRCUMSTANCES.values(), {})]
    found += [failure for failure in map(_of_status, range(100, 600)) if failure]
    found += map(_of_errno, errno.errorcode)
    pairs = _in_the_source() | {(failure.kind, failure.code) for failure in found}
    of = defaultdict(list)
    for kind, code in sorted(pairs, key=lambda pair: pair[1]):
        of[kind].append(code)
    return of


def kinds() -> list[str]:
    of, comments = exits(), _comments(Kind)
    return [
        f"| {kind.value} | {comments[kind.name]} | {COURSES[kind].value} "
        f"| {', '.join(f'{code.value} {code.name}' for code in of[kind])} |"
        for kind in Kind
    ]


def curl_codes() -> list[str]:
    rows = [
        f"| {kind.value} | {', '.join(f'{code} {names[code]}' for code in sorted(names))} |"
        for kind, names in CODES.items()
    ]
    for words, circumstance in CIRCUMSTANCES.items():
        for kind in Kind:
            codes = [
                str(code)
                for names in CODES.values()
                for code in sorted(names)
                if _of_curl(code, **circumstance).kind is kind is not _of_curl(code).kind
            ]
            rows += [f"| {kind.value} | {', '.join(codes)}, {words} |"] if codes else []
    return rows


def statuses() -> list[str]:
    of = defaultdict(list)
    for failure, run in groupby(range(100, 600), lambda s: _kind_and_exit(_of_status(s))):
        first, *rest = run
        of[failure].append(
            f"{first} to {rest[-1]}" if rest[1:] else ", ".join(map(str, [first, *rest]))
        )
    of.pop(("", ""), None)
    return [f"| {', '.join(runs)} | {kind} | {code} |" for (kind, code), runs in of.items()]


def _kind_and_exit(failure: Failure | None) -> tuple[str, str]:
    if failure is None or failure.status in (206, 416):
        return "", ""
    return failure.kind.value, f"{failure.code.value} {failure.code.name}"


def errnos() -> list[str]:
    of = defaultdict(list)
    for number in sorted(errno.errorcode):
        of[_of_errno(number).kind].append(errno.errorcode[number])
    of[Kind.DISK_ERROR] = ["every other"]
    return [f"| {kind.value} | {', '.join(of[kind])} |" for kind in Kind if of[kind]]


def page() -> str:
    """The whole page, in Markdown."""
    courses = [f"| {c.value} | {_comments(Course)[c.name]} |" for c in Course]
    parts = [
        HEAD + "\n".join(courses),
        "## The kinds",
        "\n".join(["| kind | what | course | exit statuses |", "|---|---|---|---|", *kinds()]),
        AFTER_THE_KINDS,
        "## The codes of libcurl",
        "\n".join(["| kind | CURLcodes |", "|---|---|", *curl_codes()]),
        "An unknown code is internal. What DDM itself refused to take keeps its own cause.",
        "## The statuses of HTTP",
        OF_THE_STATUSES,
        "\n".join(["| statuses | kind | exit status |", "|---|---|---|", *statuses()]),
        "## The errors of the disk",
        "\n".join(["| kind | errno |", "|---|---|", *errnos()]),
    ]
    return "\n\n".join(parts) + "\n"


def test_the_page_shows_the_tables_as_they_are():
    assert PAGE.read_text() == page(), f"run: {REFRESH}"


def test_every_kind_and_course_is_explained():
    assert set(_comments(Kind)) == set(Kind.__members__)
    assert set(_comments(Course)) == set(Course.__members__)


def test_every_kind_has_an_exit_status_and_only_what_is_no_error_has_success():
    of = exits()

    assert [kind for kind in Kind if not of[kind]] == []
    assert [kind for kind in Kind if Exit.OK in of[kind]] == [Kind.NOT_MODIFIED]
    assert of[Kind.NOT_MODIFIED] == [Exit.OK]


if __name__ == "__main__":
    PAGE.write_text(page())
