"""The command `ddm`: a table of commands, each loaded when it is used.

So `ddm --help` costs what click costs. The one-line helps stand here, the long ones with their
commands.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

import click

from ddm import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "get": ("ddm.cli.commands.get", "Fetch files now, and wait for them."),
    "add": ("ddm.cli.commands.add", "Put files into the queue, for `ddm run`."),
    "run": ("ddm.cli.commands.run", "Fetch everything that is in the queue."),
    "status": (
        "ddm.cli.commands.status",
        "Show the jobs: how far they are, how fast, and what they wait for.",
    ),
    "explain": ("ddm.cli.commands.explain", "Tell why jobs are as fast as they are."),
    "pause": ("ddm.cli.commands.pause", "Let jobs rest until they are resumed."),
    "resume": ("ddm.cli.commands.resume", "Let paused and failed jobs go on."),
    "limit": ("ddm.cli.commands.limit", "Limit the speed of jobs, or of all together."),
    "move": ("ddm.cli.commands.move", "Let jobs go first, last, or as the Nth of the queue."),
    "remove": ("ddm.cli.commands.remove", "Take jobs out of the queue."),
    "import-har": ("ddm.cli.commands.import_har", "Put into the queue what a browser has begun."),
    "bench": ("ddm.cli.commands.bench", "Measure how many connections pay for a file."),
    "hosts": ("ddm.cli.commands.hosts", "Show what servers have taught."),
    "checksum": ("ddm.cli.commands.checksum", "Print or check the digests of files."),
    "log": ("ddm.cli.commands.log", "Tell what happened: to one job, or to all."),
    "config": ("ddm.cli.commands.config", "Show and change the settings."),
    "completion": ("ddm.cli.commands.completion", "Print a script that makes TAB complete ddm."),
}

# Set by the script of `ddm completion`, for a TAB; click's own name for it.
COMPLETE = "_DDM_COMPLETE"

# Those that draw on a terminal: they take --color.
DRAWING = ("get", "run", "status")


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
        if cmd_name in DRAWING and not any(each.name == "color" for each in command.params):
            command.params.append(_color())
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """See click. What is no command gets a way out; a URL is not repeated, for it may hold a secret."""
        name = args[0]
        if name.lower().startswith(("http://", "https://")):
            ctx.fail("There is no command before the URL. Did you mean 'ddm get URL'?")
        if name not in COMMANDS and not name.startswith("-"):
            import difflib  # noqa: PLC0415 - for slips only

            nearest = difflib.get_close_matches(name, COMMANDS, 1)
            if nearest:
                ctx.fail(f"No such command {name!r}. Did you mean {nearest[0]!r}?")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """See click. From the table alone: a TAB loads no command that is not there yet."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - for a TAB only

        found = [
            CompletionItem(name, help=text)
            for name, (_, text) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in `ddm --help`, from the table alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _color() -> click.Option:
    """--color: the one place where it is decided. Screens, and rich too, look at NO_COLOR."""
    return click.Option(
        ["--color"],
        type=click.Choice(["auto", "always", "never"]),
        expose_value=False,
        callback=_set_color,
        help="Colours on a terminal. Default: auto, which is never where NO_COLOR is set.",
    )


def _set_color(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    del ctx, param
    if value == "never":
        os.environ["NO_COLOR"] = "1"
    elif value == "always":
        os.environ.pop("NO_COLOR", None)


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
