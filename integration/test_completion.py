"""`ddm completion` in real shells: what a TAB offers, and that it never says anything else."""

import os
import shutil
import subprocess
import sys
import time

import pytest

# What a shell does for a TAB in bash, with the words as it cuts them.
_BASH = """
compopt() { echo compopt "$@"; }
source <(ddm completion bash)
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=$TYPE
"$(complete -p ddm | sed 's/.*-F \\([^ ]*\\).*/\\1/')" ddm
printf '%s\\n' "${COMPREPLY[@]}"
"""
# zsh completes in its line editor only: these stand for what it has there.
_ZSH = """
compdef() { completer=$1 }
_describe() { print -rl -- ${(P)3} }
compadd() { print -rl -- ${(P)@[-1]} }
compset() { }
_path_files() { print path_files $* }
source <(ddm completion zsh)
words=("$@") CURRENT=$#
$completer
"""


@pytest.fixture
def shell(ddm, tmp_path):
    """Run a script of a shell, with `ddm` in its path."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "ddm").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ddm "$@"\n')
    (programs / "ddm").chmod(0o755)
    environment = ddm.environment | {"PATH": f"{programs}:{os.environ['PATH']}", "TERM": "dumb"}

    def run(name, script, *arguments, **variables):
        program = shutil.which(name)
        if program is None:
            pytest.skip(f"{name} is missing")
        ended = subprocess.run(
            [program, "-c", script, name, *arguments],
            env=environment | variables,
            cwd=ddm.directory,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.stderr == ""
        return ended.stdout

    return run


@pytest.fixture
def bash(shell):
    def tab(*words, listing=False):
        return shell("bash", _BASH, *words, TYPE="63" if listing else "9").split("\n")[:-1]

    return tab


@pytest.fixture
def two_jobs(ddm):
    assert ddm("add", "http://127.0.0.1:1/a.iso", "http://127.0.0.1:1/b.iso?sig=secret").code == 0


def test_bash(bash, two_jobs):
    assert bash("ddm", "sta") == ["status"]
    assert bash("ddm", "get", "--over") == ["--overwrite"]
    assert bash("ddm", "config", "set", "max_j") == ["max_jobs"]
    assert bash("ddm", "status", "--color", "=", "n") == ["never"]
    assert bash("ddm", "status", "") == ["1", "2"]
    assert bash("ddm", "pause", "", listing=True) == [
        "1  (http://127.0.0.1:1/a.iso)",
        "2  (http://127.0.0.1:1/b.iso?sig=***)",
    ]
    assert bash("ddm", "get", "-d", "") == ["compopt -o dirnames", ""]
    assert bash("ddm", "checksum", "") == ["compopt -o default", ""]


def test_fish(shell, two_jobs):
    script = 'ddm completion fish | source; complete -C "$argv[2]"'

    assert shell("fish", script, "ddm sta").startswith("status\tShow the jobs: how far they are, ")
    assert shell("fish", script, "ddm status --color=n") == "--color=never\n"
    assert shell("fish", script, "ddm pause ").splitlines() == [
        "1\thttp://127.0.0.1:1/a.iso",
        "2\thttp://127.0.0.1:1/b.iso?sig=***",
    ]


def test_zsh(shell, two_jobs):
    assert shell("zsh", _ZSH, "ddm", "che") == "checksum:Print or check the digests of files.\n"
    assert shell("zsh", _ZSH, "ddm", "pause", "").splitlines() == [
        "1:http://127.0.0.1:1/a.iso",
        "2:http://127.0.0.1:1/b.iso?sig=***",
    ]
    assert shell("zsh", _ZSH, "ddm", "status", "--color", "n") == "never\n"
    assert shell("zsh", _ZSH, "ddm", "get", "-d", "") == "path_files -/\n"


def test_without_a_queue_nothing_is_said_and_nothing_made(bash, ddm):
    assert bash("ddm", "status", "") == [""]
    assert not (ddm.config.parent.parent.parent / "state").exists()


def test_a_damaged_queue_is_no_matter_of_a_tab(bash, ddm, two_jobs):
    path = ddm.config.parent.parent.parent / "state" / "ddm" / "jobs.db"
    path.write_bytes(path.read_bytes()[:5000])

    assert bash("ddm", "status", "") == [""]
    assert len(path.read_bytes()) == 5000


def test_a_tab_is_fast(ddm, two_jobs):
    ddm.environment |= {
        "_DDM_COMPLETE": "bash_complete",
        "COMP_WORDS": "ddm\nstatus\n",
        "COMP_CWORD": "2",
    }
    times_s = []
    for _ in range(7):
        begun_s = time.perf_counter()
        assert ddm().out == "plain,1\nplain,2\n"
        times_s.append(time.perf_counter() - begun_s)

    # 0.15 s on a machine with nothing else to do; a hang is what this is here to find.
    assert min(times_s) < 1


def test_help(ddm):
    ended = ddm("completion", "--help")

    assert (ended.code, ended.err) == (0, "")
    for words in ("bash|zsh|fish", "~/.zfunc/_ddm", "autoload -Uz compinit && compinit"):
        assert words in ended.out
