"""What TAB offers for the arguments of commands. Never raises, and says nothing where there is nothing to offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ddm.record import State

# A description has a line of its own at most.
_NAME_CHARS_MAX = 60


def ids(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The numbers of jobs, with their names, that the command could do something about."""
    del param
    # Loaded for a TAB only, so that no help text pays for them.
    from click.shell_completion import CompletionItem  # noqa: PLC0415

    from ddm import redact  # noqa: PLC0415
    from ddm.cli.places import database_path  # noqa: PLC0415
    from ddm.store.peek import peek  # noqa: PLC0415

    given = ctx.params.get("ids") or ()
    jobs = peek(database_path(), incomplete, _of_use(ctx.info_name))
    found = [
        CompletionItem(
            str(job.id),
            help=redact.short(job.name or redact.url(job.url), _NAME_CHARS_MAX),
            described=True,
        )
        for job in jobs
        if job.id not in given
    ]
    if ctx.info_name == "move" and given:
        found += [CompletionItem(word) for word in ("first", "last") if word.startswith(incomplete)]
    return found


def keys(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The keys of the configuration."""
    del ctx, param
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - see above

    from ddm.settings import SETTINGS  # noqa: PLC0415

    return [
        CompletionItem(setting.key, help=setting.meaning)
        for setting in SETTINGS
        if setting.key.startswith(incomplete)
    ]


def origins(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The origins that something is known of, as short as they can be written."""
    del param
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - see above

    from ddm.cli.places import database_path  # noqa: PLC0415
    from ddm.store.peek import peek_origins  # noqa: PLC0415

    given = ctx.params.get("origins") or ()
    # bash takes a colon for the end of a word: most origins can do without.
    names = [str(each).removeprefix("https://") for each in peek_origins(database_path())]
    return [
        CompletionItem(name) for name in names if name.startswith(incomplete) and name not in given
    ]


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, which the shell knows."""
    return _of_shell("file", ctx, param, incomplete)


def directories(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Directories, which the shell knows."""
    return _of_shell("dir", ctx, param, incomplete)


def _of_shell(
    kind: str, ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    del ctx, param
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - see above

    return [CompletionItem(incomplete, type=kind)]


def _of_use(command: str | None) -> set[State]:
    """The states of the jobs that a command changes something about, or shows."""
    from ddm.record import State  # noqa: PLC0415 - see above

    match command:
        case "pause":
            return {state for state in State if not state.ended}
        case "move":
            return set(State) - {State.DONE, State.FAILED}
        case "resume":
            return {State.PAUSED, State.FAILED}
        case "run":
            return set(State) - {State.DONE}
        case _:
            return set(State)
