import pytest

from ddm.testing.__main__ import main


def test_seeds_that_keep_every_promise_are_told(capsys):
    assert main(["3", "2"]) == 0
    assert capsys.readouterr().out.startswith("2 seeds kept every promise")


@pytest.mark.parametrize("arguments", [[], ["x"], ["1", "y"]])
def test_a_bad_command_line_is_told_the_usage(capsys, arguments):
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage: ")
