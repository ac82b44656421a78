import pytest

from ddm.testing import many
from ddm.testing.__main__ import main
from ddm.testing.story import Violation


def test_seeds_that_keep_every_promise_are_told(capsys):
    assert main(["3", "2"]) == 0
    assert capsys.readouterr().out.startswith("2 seeds kept every promise")


def test_a_crowd_that_breaks_a_promise_is_told_with_its_story(capsys, monkeypatch):
    def broken(seed):
        raise Violation(f"crowd {seed}: no")

    monkeypatch.setattr(many, "run", broken)

    assert main(["--many", "3", "2"]) == 1
    assert capsys.readouterr().out == "crowd 3: no\n"


@pytest.mark.parametrize("arguments", [[], ["--many"], ["x"], ["1", "y"]])
def test_a_bad_command_line_is_told_the_usage(capsys, arguments):
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage: ")
