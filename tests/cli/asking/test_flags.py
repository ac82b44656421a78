import click
import pytest
from click.testing import CliRunner

from ddm.cli.asking import flags
from ddm.cli.group import ddm


@pytest.fixture
def found():
    """Runs a command with these arguments; the flags that it got, or what it said instead."""

    def run(*arguments):
        @click.command()
        @flags.parameters
        def command(flags):
            got.update(flags)

        got = {}
        said = CliRunner().invoke(command, arguments)
        return got if said.exit_code == 0 else said.output

    return run


def test_an_option_has_the_bounds_of_its_setting():
    whole, seconds = flags.bounds("max_segments"), flags.bounds("stall_timeout_secs")

    assert (whole.min, whole.max) == (1, 512)
    assert (seconds.min, seconds.max) == (1, 3600)


def test_what_is_not_given_is_none(found):
    assert found() == {
        "max_jobs": None,
        "max_bytes_per_sec": None,
        "retry.max_attempts": None,
        "max_wait_secs": None,
        "connect_timeout_secs": None,
        "stall_timeout_secs": None,
        "timeout_secs": None,
    }


def test_seconds_are_plain_numbers(found):
    got = found("--max-wait", "0", "--timeout", "1.5", "--max-tries", "3")

    assert (got["max_wait_secs"], got["timeout_secs"], got["retry.max_attempts"]) == (0.0, 1.5, 3)


@pytest.mark.parametrize(
    ("said", "rate"), [("500K", 500 << 10), ("5M", 5 << 20), ("7", 7), ("0", 0), ("OFF", 0)]
)
def test_a_rate_is_bytes_per_second_or_off(found, said, rate):
    assert found("--limit-rate", said)["max_bytes_per_sec"] == rate


@pytest.mark.parametrize(
    "arguments",
    [
        ("--limit-rate", "5MB"),
        ("--limit-rate", "-1"),
        ("--limit-rate", "2T"),
        ("--max-tries", "0"),
        ("--max-tries", "1.5"),
        ("--timeout", "-1"),
        ("--timeout", "nan"),
        ("--timeout", "inf"),
        ("--stall-timeout", "0"),
        ("--connect-timeout", "1h"),
    ],
)
def test_what_is_out_of_bounds_names_its_option(found, arguments):
    assert f"Invalid value for '{arguments[0]}'" in found(*arguments)


@pytest.mark.parametrize("name", ["get", "run"])
def test_the_help_has_every_option_with_its_default(name):
    said = " ".join(CliRunner().invoke(ddm, [name, "--help"]).output.split())

    for option, default in (
        ("--limit-rate", "0, or max_bytes_per_sec"),
        ("--max-tries", "6, or max_attempts"),
        ("--max-wait", "600, or max_wait_secs"),
        ("--connect-timeout", "30, or connect_timeout_secs"),
        ("--stall-timeout", "60, or stall_timeout_secs"),
        ("--timeout", "0, or timeout_secs"),
    ):
        assert f" {option} " in said
        assert f"Default: {default} of config.toml." in said
