import os
import subprocess
import sys

import pytest

from ddm.errors import Exit


@pytest.fixture
def tab(ddm, monkeypatch):
    def press(*words, shell="bash"):
        monkeypatch.setenv("_DDM_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", "\n".join(("ddm", *words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        return ddm()

    return press


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_on_stdout(ddm, shell):
    ran = ddm("completion", shell)

    assert (ran.code, ran.err) == (Exit.OK, "")
    assert f"_DDM_COMPLETE={shell}_complete" in ran.out


def test_another_shell_is_a_usage_error(ddm):
    ran = ddm("completion", "tcsh")

    assert ran.code == Exit.USAGE
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in ran.err


def test_the_help_says_where_the_scripts_belong(ddm):
    said = ddm("completion", "--help").out

    assert "ddm completion bash > ~/.local/share/bash-completion/completions/ddm\n" in said
    assert "ddm completion zsh > ~/.zfunc/_ddm\n" in said
    assert "ddm completion fish > ~/.config/fish/completions/ddm.fish\n" in said


def test_a_tab_is_answered(tab):
    assert tab("sta").out == "plain,status\n"
    assert tab("config", "set", "max_j").out == "plain,max_jobs\n"


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"x" * 9000])
def test_a_tab_says_nothing_of_a_damaged_queue_and_leaves_it_as_it_is(tab, home, content):
    path = home / "state" / "ddm" / "jobs.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    ran = tab("status", "")

    assert (ran.code, ran.out.strip(), ran.err) == (Exit.OK, "", "")
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "words",
    [("stauts", "--a"), ("http://h/?sig=secret", "x"), ("run", "--jobs", "no", "--f"), ("-x", "")],
)
def test_a_line_that_is_wrong_is_no_error(tab, words):
    ran = tab(*words)

    assert (ran.code, ran.err) == (Exit.OK, "")


@pytest.mark.parametrize("instruction", ["bash_complete", "tcsh_complete", "x"])
def test_a_script_that_asks_for_what_makes_no_sense_gets_nothing(ddm, monkeypatch, instruction):
    monkeypatch.setenv("_DDM_COMPLETE", instruction)
    monkeypatch.setenv("COMP_WORDS", "ddm")
    monkeypatch.setenv("COMP_CWORD", "x")

    assert (ddm().code, ddm().out, ddm().err) == (Exit.OK, "", "")


@pytest.mark.parametrize("words", ["ddm\n", "ddm\nstatus\n", "ddm\nget\n-"])
def test_a_tab_loads_neither_pycurl_nor_rich_and_in_the_beginning_no_command(home, words):
    code = """
import sys
from ddm.cli.door import run
run([])
print(*sys.modules, file=sys.stderr)
"""
    environ = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "_DDM_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count("\n")),
    }
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(run.stderr.split())

    assert run.stdout.startswith("plain,") or "status" in words
    assert loaded & {"pycurl", "rich"} == set()
    assert "msgspec" not in loaded or words != "ddm\n"
