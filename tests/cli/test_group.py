import subprocess
import sys
from importlib import import_module

import pytest
from click.testing import CliRunner

from ddm.cli.group import COMMANDS, ddm


def _modules_after(*arguments):
    """What is loaded once `ddm` was run with these arguments."""
    code = f"""
import sys
from ddm.cli.door import run
run({list(arguments)!r})
print(*sorted(sys.modules), file=sys.stderr)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stderr.split())


def test_the_help_lists_every_command_with_its_line():
    said = CliRunner().invoke(ddm, ["--help"]).output

    for name, (_, line) in COMMANDS.items():
        assert f"  {name:6}  {line}\n" in said


def test_the_help_loads_no_command_and_nothing_heavy():
    loaded = _modules_after("--help")

    assert [name for name in loaded if name.startswith("ddm.")] == [
        name
        for name in loaded
        if name in {"ddm.cli", "ddm.cli.door", "ddm.cli.group", "ddm.cli.voice", "ddm.errors"}
    ]
    heavy = {"asyncio", "json", "logging", "msgspec", "platformdirs", "pycurl", "rich", "sqlite3"}
    assert loaded & heavy == set()


@pytest.mark.parametrize(
    "arguments", [("get", "-h"), ("run", "-h"), ("add", "-h"), ("status", "-h")]
)
def test_a_command_s_own_help_loads_neither_pycurl_nor_rich(arguments):
    assert _modules_after(*arguments) & {"pycurl", "rich"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_s_line_is_the_first_one_of_its_help(name):
    module, line = COMMANDS[name]

    assert import_module(module).command.help.splitlines()[0] == line


def test_an_unknown_command_is_a_usage_error():
    said = CliRunner().invoke(ddm, ["fetch"])

    assert said.exit_code == 2
    assert "No such command 'fetch'" in said.output
