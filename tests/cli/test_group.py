import os
import subprocess
import sys
from importlib import import_module

import pytest
from click.testing import CliRunner

from ddm.cli.group import COMMANDS, DRAWING, ddm


def _modules_after(*arguments):
    """What is loaded once `ddm` was run with these arguments."""
    code = f"""
import sys
from ddm.cli.door import run
run({list(arguments)!r})
print(*sorted(sys.modules), file=sys.stderr)
"""
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    return set(run.stderr.split())


def test_the_help_lists_every_command_with_its_line():
    said = " ".join(CliRunner().invoke(ddm, ["--help"]).output.split())

    for name, (_, line) in COMMANDS.items():
        assert f" {name} {line} " in said


def test_the_help_loads_no_command_and_nothing_heavy():
    loaded = _modules_after("--help")

    cli = {f"ddm.cli{name}" for name in ("", ".door", ".group", ".showing", ".showing.voice")}
    assert {name for name in loaded if name.startswith("ddm.")} == {*cli, "ddm.errors"}
    heavy = {"asyncio", "json", "logging", "msgspec", "platformdirs", "pycurl", "rich", "sqlite3"}
    assert loaded & heavy == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_s_own_help_loads_neither_pycurl_nor_rich_and_fits_on_eighty_columns(name):
    assert _modules_after(name, "-h") & {"pycurl", "rich"} == set()

    said = CliRunner().invoke(ddm, [name, "-h"], terminal_width=80).output
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize("name", ["pause", "resume", "remove"])
def test_steering_loads_neither_pycurl_nor_rich(name, home):
    assert _modules_after(name, "--all") & {"pycurl", "rich"} == set()


def test_the_commands_are_in_the_order_of_their_use():
    assert " ".join(COMMANDS) == (
        "get add run status explain pause resume limit move remove import-har bench hosts checksum log config"
        " completion"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_s_line_is_the_first_one_of_its_help(name):
    module, line = COMMANDS[name]

    assert import_module(module).command.help.splitlines()[0] == line


def test_an_unknown_command_is_a_usage_error():
    said = CliRunner().invoke(ddm, ["fetch"])

    assert said.exit_code == 2
    assert "No such command 'fetch'" in said.output


@pytest.mark.parametrize(
    ("slip", "hint"),
    [
        ("stauts", "Did you mean 'status'?"),
        ("http://me:secret@h/?sig=secret", "Did you mean 'ddm get URL'?"),
        ("HTTPS://h", "Did you mean 'ddm get URL'?"),
    ],
)
def test_a_slip_gets_a_way_out_without_repeating_a_url(slip, hint):
    said = CliRunner().invoke(ddm, [slip])

    assert said.exit_code == 2
    assert hint in said.output
    assert "secret" not in said.output


def test_a_slip_in_an_option_gets_a_way_out():
    assert "Did you mean '--receipt'?" in CliRunner().invoke(ddm, ["get", "--recipt"]).output


@pytest.mark.parametrize("name", DRAWING)
def test_commands_that_draw_take_color_once(name):
    for _ in range(2):
        assert CliRunner().invoke(ddm, [name, "--help"]).output.count("--color") == 1


@pytest.mark.parametrize(
    ("color", "before", "after"),
    [
        ("never", "", "1"),
        ("never", "1", "1"),
        ("always", "1", None),
        ("auto", "1", "1"),
        ("auto", "", ""),
    ],
)
def test_color_goes_before_no_color(home, monkeypatch, color, before, after):
    monkeypatch.setenv("NO_COLOR", before)
    CliRunner().invoke(ddm, ["status", "--color", color])

    assert os.environ.get("NO_COLOR") == after
