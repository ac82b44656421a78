"""The same table on other programs: `python -m integration.hostile.rivals [NAME...]` prints what came of it.

Rivals are judged more kindly than DDM. A row is passed if the right file came, or, where the row
says that none can, if an error was reported; names are only judged by what they overwrite, and what
is left after an error is not looked at. Rows about options that a program has not are left out.
"""

from __future__ import annotations

import concurrent.futures
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from integration.hostile import ddm_get
from integration.hostile.row import Row
from integration.hostile.table import GROUPS, ROWS
from integration.hostile.trial import API_KEY, COOKIE, TLS, Command, Trial, clear, run

_NAMED = {row.id for row in GROUPS["Names"]}
# Whether the body of an answer that is neither the file nor an error should be kept.
_TASTE = {f"status-{code}" for code in (201, 202, 203, 204, 205, 304)}
_FIELDS = (f"X-Api-Key: {API_KEY}", f"Cookie: session={COOKIE}")
# Options of DDM that others have too, and how they are called there.
_SAME = {
    "curl": {"--insecure": "-k"},
    "wget2": {"--insecure": "--no-check-certificate"},
    "aria2c": {"--insecure": "--check-certificate=false"},
    "axel": {"--insecure": "-k"},
}


def _fields(row: Row, option: str) -> list[str]:
    """The user's own header fields."""
    given = [
        value for name, value in zip(row.flags, row.flags[1:], strict=False) if name == "--header"
    ]
    return [
        word for field in (*given, *(_FIELDS if row.secret else ())) for word in (option, field)
    ]


def _same(program: str, row: Row) -> list[str]:
    return [_SAME[program][flag] for flag in row.flags if flag in _SAME[program]]


def _curl(row: Row, url: str, _: Path, run_number: int) -> list[str]:
    words = "curl -sSfL --globoff --retry 2 --retry-max-time 9 --connect-timeout 3 --speed-limit 1024 --speed-time 2"
    name = ["-OJ"] if row.id in _NAMED else ["-o", "file.bin"]
    resume = ["-C", "-"] if run_number > 1 else []
    return [*words.split(), *name, *resume, *_fields(row, "-H"), *_same("curl", row), url]


def _wget2(row: Row, url: str, _: Path, run_number: int) -> list[str]:
    words = "wget2 -q --timeout=2 --tries=4 --chunk-size=1M --max-threads=4 --content-disposition"
    resume = ["-c"] if run_number > 1 else []
    ca = f"--ca-certificate={os.environ['HOSTILE_CA']}"
    trust = [ca] if row.trusted else []
    return [*words.split(), *resume, *trust, *_fields(row, "--header"), *_same("wget2", row), url]


def _aria2c(row: Row, url: str, _: Path, run_number: int) -> list[str]:
    words = (
        "aria2c -q --no-conf -x4 -s4 -k1M --timeout=2 --connect-timeout=3 --max-tries=4"
        " --lowest-speed-limit=1K --file-allocation=none"
    )
    words += "" if row.id in _NAMED else " -o file.bin"
    resume = ["-c"] if run_number > 1 else []
    trust = [f"--ca-certificate={os.environ['HOSTILE_CA']}"] if row.trusted else []
    sums = [flag for flag in row.flags if flag.startswith("--checksum=")]
    sums = [flag.replace(":", "=") for flag in sums]
    return [
        *words.split(), *resume, *trust, *sums, *_fields(row, "--header"),
        *_same("aria2c", row), url,
    ]  # fmt: skip


def _axel(row: Row, url: str, _: Path, __: int) -> list[str]:
    name = [] if row.id in _NAMED else ["-o", "file.bin"]
    return ["axel", "-q", "-n4", "-T3", *name, *_fields(row, "-H"), *_same("axel", row), url]


COLUMNS = {
    "passed": "passed",
    "wrong": "wrong bytes with exit 0",
    "none": "no file with exit 0",
    "hung": "hangs",
    "leaked": "secrets leaked",
    "outside": "touched other files",
    "greedy": "over 300 requests",
}
PROGRAMS: dict[str, Command] = {
    "ddm get": ddm_get.command,
    "curl": _curl,
    "wget2": _wget2,
    "aria2c": _aria2c,
    "axel": _axel,
}


def _can(program: str, row: Row) -> bool:
    """Whether the program has what the row needs, and the row is no matter of taste."""
    if row.id in _TASTE:
        return False
    if program == "ddm get":
        return not ddm_get.missing_options(row)
    known = {"--header", *_SAME[program]}
    names = {word.partition("=")[0] for word in (*row.flags, *(row.again or ())) if word[0] == "-"}
    if program == "aria2c":
        known.add("--checksum")
    return names <= known and not any("\n" in word for word in row.flags)


def _passed(trial: Trial) -> bool:
    """Whether it did what it has to, rivals' faults of manners forgiven."""
    right = trial.whole if trial.code == 0 else not trial.row.right
    small = len(trial.scene.log) <= 300
    return right and small and not (trial.hung or trial.leaks or trial.disturbed)


def compare(program: str, place: Path, tls: TLS) -> str:
    """A line of the table."""
    rows = [row for row in ROWS if _can(program, row)]
    os.environ["HOSTILE_CA"] = str(tls.certificate)
    counts = dict.fromkeys(COLUMNS, 0)

    def attempt(row: Row) -> Trial:
        here = place / row.id
        trial = run(row, PROGRAMS[program], here, ddm_get.environment(here / "home"), tls)
        facts: dict[str, Callable[[], object]] = {
            "passed": lambda: _passed(trial),
            "wrong": lambda: trial.code == 0 and trial.final and not trial.whole,
            "none": lambda: trial.code == 0 and not (trial.final or trial.disturbed),
            "hung": lambda: trial.hung,
            "leaked": lambda: trial.leaks,
            "outside": lambda: trial.disturbed,
            "greedy": lambda: len(trial.scene.log) > 300,
        }
        found = {name: bool(fact()) for name, fact in facts.items()}
        for name, holds in found.items():
            counts[name] += holds
        if not found["passed"]:
            print(program, row.id, trial.codes, *(n for n in found if found[n]), file=sys.stderr)
        clear(trial)
        return trial

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(attempt, rows))
    cells = [f"{counts['passed']} of {len(rows)}", *(str(counts[n]) for n in list(COLUMNS)[1:])]
    return f"| {program} | {' | '.join(cells)} |"


def main(wanted: list[str]) -> None:
    """Print the table for the programs that are installed."""
    print(f"| program | {' | '.join(COLUMNS.values())} |")
    print("|---" * (1 + len(COLUMNS)) + "|")
    for program in wanted or PROGRAMS:
        if program != "ddm get" and shutil.which(program) is None:
            continue
        with tempfile.TemporaryDirectory(prefix="ddm-rivals-") as place:
            print(compare(program, Path(place), TLS.make(Path(place))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
