"""The command `ddm`: a table of commands, each loaded when it is used.

So `ddm --help` costs what click costs. The one-line helps stand here, the long ones with their
commands.
"""

from __future__ import annotations

from importlib import import_module

import click

from ddm import __version__

COMMANDS = {
    "get": ("ddm.cli.get", "Fetch files now, and wait for them."),
    "add": ("ddm.cli.add", "Put files into the queue, for `ddm run`."),
    "run": ("ddm.cli.run", "Fetch everything that is in the queue."),
    "status": ("ddm.cli.status", "Show the jobs and how far they are."),
}


class LazyGroup(click.Group):
    """A group that loads a command's module only to run it or to print its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command: click.Command = import_module(module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in `ddm --help`, from the table alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`ddm COMMAND --help` tells more about each. Start with: ddm get URL",
)
@click.version_option(__version__, message="ddm %(version)s")
def ddm() -> None:
    """Download files, each over as many connections as pay.

    What was fetched is kept when DDM is interrupted; the same command goes on where it stopped. A
    file gets its name only when it is whole.
    """
