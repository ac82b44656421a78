import shutil
import subprocess

import pytest

from ddm.cli.group import COMPLETE, ddm
from ddm.cli.pages.completion_shells import SHELLS, Bash, Fish
from ddm.spec import JobSpec


@pytest.fixture
def bash(home, monkeypatch):
    """What bash is told about a line that it cut into these words."""

    def complete(*words, listing=False):
        monkeypatch.setenv("COMP_WORDS", "\n".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setenv("COMP_TYPE", "63" if listing else "9")
        return Bash(ddm, {}, "ddm", COMPLETE).complete().splitlines()

    return complete


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_one_that_its_shell_reads(shell):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is missing")
    script = SHELLS[shell](ddm, {}, "ddm", COMPLETE).source()

    subprocess.run([program, "-n"], input=script, text=True, check=True)
    assert f"{COMPLETE}={shell}_complete" in script


def test_commands_options_and_choices(bash):
    assert bash("ddm", "re") == ["plain,resume", "plain,remove"]
    assert bash("ddm", "get", "--check") == ["plain,--checksum", "plain,--checksums"]
    assert bash("ddm", "status", "--color", "a") == ["plain,auto", "plain,always"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("get", "-d", "x"), "dir,x"),
        (("get", "--dir", "=", "x"), "dir,x"),
        (("get", "--dir", "="), "dir,"),
        (("get", "--receipt", "x"), "file,x"),
        (("get", "-i", "x"), "file,x"),
        (("get", "--checksums", "x"), "file,x"),
        (("get", "--cacert", "x"), "file,x"),
        (("import-har", "x"), "file,x"),
        (("import-har", "-d", "x"), "dir,x"),
        (("checksum", "x"), "file,x"),
        (("checksum", "--check", "x"), "file,x"),
    ],
)
def test_files_where_files_are_wanted(bash, words, kind):
    assert bash("ddm", *words) == [kind]


def test_for_fish_an_option_and_its_value_are_one_word(home, monkeypatch):
    monkeypatch.setenv("COMP_WORDS", "ddm status --color=al")
    monkeypatch.setenv("COMP_CWORD", "--color=al")

    assert Fish(ddm, {}, "ddm", COMPLETE).complete() == "plain,--color=always"


def test_a_url_is_not_guessed(bash):
    assert bash("ddm", "get", "ht") == []


def test_numbers_are_listed_with_names_and_inserted_without(bash, store):
    store.add([JobSpec("http://127.0.0.1/a", "/files", name=name) for name in ("a, b.iso", "c")])

    assert bash("ddm", "log", "", listing=True) == ["plain,1  (a, b.iso)", "plain,2  (c)"]
    assert bash("ddm", "log", "") == ["plain,1", "plain,2"]
    assert bash("ddm", "log", "2", listing=True) == ["plain,2"]
