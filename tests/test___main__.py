"""`python -m ddm` as a shell starts it, with some of its streams closed."""

import subprocess
import sys

import pytest

from ddm.errors import Exit


@pytest.fixture
def started(tmp_path):
    """Run ddm from a shell: redirections and arguments in, exit status and stderr out."""

    def run(redirections, *arguments):
        done = subprocess.run(
            ["sh", "-c", f'exec "$0" -m ddm "$@" {redirections}', sys.executable, *arguments],
            env={"XDG_STATE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stderr

    return run


def test_a_closed_stdin_is_an_empty_one(started):
    assert started("<&-", "add", "-i", "-") == (Exit.OK, b"")


def test_a_closed_stdout_hides_the_result_alone(started):
    assert started(">&-", "config", "show", "--json") == (Exit.OK, b"")


def test_a_closed_stderr_hides_messages_alone(started):
    assert started("2>&-", "add")[0] == Exit.USAGE
