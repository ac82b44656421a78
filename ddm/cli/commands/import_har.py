"""`ddm import-har`: put what a browser fetched into the queue, asked for as the browser asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

import click
from msgspec.structs import replace

from ddm import config, redact
from ddm.cli.asking.asked import DIRECTORY, DIRECTORY_NAMES, PRIORITY
from ddm.cli.asking.flags import RATE_OF_EACH
from ddm.cli.places import database_path
from ddm.cli.sections import SectionCommand
from ddm.cli.showing import human, voice
from ddm.cli.working.opened import opened_store
from ddm.errors import UsageError
from ddm.http import url as urls
from ddm.http.request import check_headers
from ddm.sources import har, har_pick
from ddm.sources.har import Archive, Entry
from ddm.sources.har_pick import Picked, Wish, shown_url
from ddm.spec import JobSpec
from ddm.specs import absolute
from ddm.store import poke

# More of one kind tell nobody more.
_WORDS_MAX = 8


@click.command("import-har", cls=SectionCommand)
@click.argument("file", type=click.File("rb"), metavar="FILE")
@click.option(
    "--allow-cookies",
    is_flag=True,
    help="Take cookies and all else that may be a secret, and store it with the jobs.",
)
@click.option(
    "--pick",
    metavar="REGEX|largest|all",
    help="What to fetch: all whose URL matches, the largest, or all. Default: the largest "
    "attachment, else the largest that is no part of a page.",
)
@click.option(*DIRECTORY_NAMES, **DIRECTORY)
@click.option("--priority", **PRIORITY)
@click.option("--limit-rate", **RATE_OF_EACH)
@click.option("--dry-run", is_flag=True, help="Print what would be added, and add nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print the numbers only, and warnings.")
def command(
    *,
    file: BinaryIO,
    allow_cookies: bool,
    pick: str | None,
    directory: str,
    priority: int | None,
    limit_rate: int | None,
    dry_run: bool,
    quiet: bool,
) -> int:
    """Put into the queue what a browser has begun.

    FILE is what the browser's network panel saves as HAR; - is stdin. Redirects are followed to the
    request that got the file. Prints the number of each job on stdout, as `ddm add` does.

    \b
    ddm import-har --dry-run page.har
    ddm import-har --allow-cookies page.har && ddm run
    ddm import-har --pick '\\.iso(\\?|$)' -d ~/Downloads page.har
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    wish = Wish.parse(pick)
    archive, picked = _read(file, wish)
    like = JobSpec(
        "", absolute(directory), priority=priority or 0, max_bytes_per_sec=limit_rate or 0
    )
    specs = _specs(picked.entries, like, allow_cookies=allow_cookies)
    if not quiet:
        voice.say(_summary(archive, picked))
        for sentence in picked.astray[:_WORDS_MAX]:
            voice.say(f"not followed: {sentence}")
    if allow_cookies:
        _say_stored(picked.entries, dry_run=dry_run)
    elif not quiet:
        _say_left_out(picked.entries)
    if dry_run:
        for entry, spec in zip(picked.entries, specs, strict=True):
            voice.show(_preview(entry, spec))
        return 0
    with opened_store() as store:
        ids = store.add(specs)
    poke.send(config.state_dir())
    for job_id in ids:
        click.echo(job_id)
    return 0


def _read(file: BinaryIO, wish: Wish) -> tuple[Archive, Picked]:
    """What is in the file, and what is wished of it. Raises UsageError with the file's name."""
    try:
        archive = har.read(file.read)
        return archive, har_pick.pick(archive.entries, wish)
    except OSError as error:
        raise UsageError(f"{redact.text(file.name)} could not be read: {error.strerror}") from None
    except UsageError as error:
        raise UsageError(f"{redact.text(file.name)}: {error}") from None


def _specs(entries: Iterable[Entry], like: JobSpec, *, allow_cookies: bool) -> list[JobSpec]:
    """What is added. Raises UsageError."""
    specs = []
    for entry in entries:
        url, headers = entry.url, entry.harmless
        if allow_cookies:
            headers += entry.secret
            if entry.userinfo is not None:
                url = url.replace("://", f"://{entry.userinfo}@", 1)
        urls.parse(url)
        check_headers(headers)
        specs.append(replace(like, url=url, headers=headers))
    return specs


def _summary(archive: Archive, picked: Picked) -> str:
    skipped = ", ".join(f"{count} {reason}" for reason, count in archive.skipped.items())
    total = len(archive.entries) + sum(archive.skipped.values())
    chosen = f"{len(picked.entries)} of {total} entries"
    if len(picked.entries) == 1:
        (entry,) = picked.entries
        chosen += f": {shown_url(entry.url)}, {_size(entry)}"
    return f"{chosen}; not looked at: {skipped}" if skipped else chosen


def _size(entry: Entry) -> str:
    return human.size(entry.size_bytes) if entry.size_bytes else "size unknown"


def _secrets(entry: Entry) -> list[str]:
    """The names of what may be a secret."""
    names = [redact.short(name, 40) for name, _ in entry.secret]
    return names if entry.userinfo is None else [*names, "the password in its URL"]


def _by_origin(entries: Iterable[Entry]) -> str:
    """What may be a secret: "Cookie, X-Api-Key for https://host"; one part for each origin, "" for none."""
    found: dict[str, dict[str, None]] = {}
    for entry in entries:
        if names := _secrets(entry):
            origin = str(urls.parse(entry.url).origin)
            found.setdefault(origin, {}).update(dict.fromkeys(names))
    return _some([f"{_some(list(names))} for {origin}" for origin, names in found.items()], "; ")


def _say_stored(entries: Iterable[Entry], *, dry_run: bool) -> None:
    secrets = _by_origin(entries)
    if not secrets:
        voice.say(
            "--allow-cookies: there are no cookies or credentials in this file; "
            "some browsers have an export of its own with sensitive data"
        )
    elif dry_run:
        voice.say(f"warning: this would store secrets: {secrets}")
    else:
        voice.say(
            f"warning: secrets are stored: {secrets}; in {database_path()}, which you alone can read, "
            "until `ddm remove`"
        )


def _say_left_out(entries: Iterable[Entry]) -> None:
    if secrets := _by_origin(entries):
        voice.say(
            f"left out, as they may be secrets: {secrets}; with --allow-cookies they are stored and sent"
        )


def _preview(entry: Entry, spec: JobSpec) -> str:
    """What would be added, in two lines."""
    names = _some([redact.short(name, 40) for name, _ in spec.headers]) or "no fields of its own"
    size = f"{_size(entry)}, attachment" if entry.attachment else _size(entry)
    return f"{shown_url(spec.url)}\n    {size}; to {redact.text(spec.directory)}; with {names}"


def _some(words: Sequence[str], comma: str = ", ") -> str:
    """The first words, and how many more there are."""
    shown = list(words[:_WORDS_MAX])
    if len(words) > _WORDS_MAX:
        shown.append(f"and {len(words) - _WORDS_MAX} more")
    return comma.join(shown)
