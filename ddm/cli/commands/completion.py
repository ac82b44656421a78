"""`ddm completion`: the script that makes a shell complete `ddm`, and the answers that the script asks for."""

from __future__ import annotations

from contextlib import suppress

import click

from ddm.cli.group import COMPLETE
from ddm.cli.showing import voice


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="bash|zsh|fish")
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print a script that makes TAB complete ddm.

    Commands, options, keys of the configuration, and the numbers of jobs, with their names. The script
    belongs where the shell looks for it:

    \b
    ddm completion bash > ~/.local/share/bash-completion/completions/ddm
    ddm completion zsh > ~/.zfunc/_ddm
    ddm completion fish > ~/.config/fish/completions/ddm.fish

    For zsh, these lines belong into ~/.zshrc, and a new shell is needed each time:

    \b
    fpath=(~/.zfunc $fpath)
    autoload -Uz compinit && compinit
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    from ddm.cli.pages.completion_shells import SHELLS  # noqa: PLC0415 - no help text needs it

    voice.show(SHELLS[shell](ctx.find_root().command, {}, "ddm", COMPLETE).source().rstrip("\n"))
    return 0


def answer(root: click.Command, instruction: str) -> int:
    """Print what a shell asks for ("bash_complete"). Never an error: a TAB is no place for one."""
    from ddm.cli.pages.completion_shells import SHELLS  # noqa: PLC0415 - see above

    shell = instruction.partition("_")[0]
    with suppress(
        Exception
    ):  # a line that is half typed is no error, and a broken state is told elsewhere
        voice.show(SHELLS[shell](root, {}, "ddm", COMPLETE).complete())
    return 0
