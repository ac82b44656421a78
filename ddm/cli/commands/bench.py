"""`ddm bench`: how many connections pay for one file, measured."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from ddm import redact
from ddm.cli.asking import asked_request
from ddm.cli.asking.asked_request import AskedRequest
from ddm.cli.sections import SectionCommand
from ddm.cli.showing import human, voice
from ddm.cli.showing.bench_report import Report
from ddm.cli.showing.line import StatusLine
from ddm.cli.working.signals import Signals
from ddm.errors import DDMError
from ddm.http import url as urls
from ddm.http.url import Origin
from ddm.lesson import Lesson
from ddm.limits import MIB
from ddm.spec import JobSpec
from ddm.units import parse_bytes

# `settings` allows no more for one job.
_CONNECTIONS_MAX = 512
# Each takes up to half a minute.
_COUNTS_MAX = 16


def _request_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the request; it gets them as `request`."""

    @wraps(function)
    def command(**values: Any) -> Any:
        taken = {name: values.pop(name) for name in AskedRequest.__struct_fields__}
        return function(request=AskedRequest(**taken), **values)

    wrapped: Callable[..., Any] = command
    for option in reversed(asked_request.OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def _keep(origin: Origin, lesson: Lesson) -> None:
    """Add what was learned to what is known of an origin. That it cannot be is no failure of the measurement."""
    from ddm import config  # noqa: PLC0415 - see `command`
    from ddm.cli.working.opened import opened_database  # noqa: PLC0415
    from ddm.store import poke  # noqa: PLC0415
    from ddm.store.hosts import HostTable  # noqa: PLC0415

    try:
        with opened_database() as database:
            hosts = HostTable(database)
            known = hosts.lessons().get(origin.key, Lesson()).aged(lesson.learned_s)
            hosts.merge({origin.key: known.updated(lesson)})
    except DDMError as error:
        voice.say(f"could not keep what was learned of {origin}: {error}")
        return
    poke.send(config.state_dir())
    voice.say(f"kept what was learned of {origin}; `ddm hosts` shows it")


def _amount(ctx: click.Context, param: click.Parameter, text: str) -> int:
    """The bytes that "20M" means."""
    del ctx, param
    try:
        found = parse_bytes(text)
    except ValueError:
        found = 0
    if found < MIB:
        raise click.BadParameter("a number of bytes, such as 20M; less than 1M would tell nothing")
    return found


def _counts(ctx: click.Context, param: click.Parameter, text: str) -> list[int]:
    """The numbers of "4,8,16", each once, the least first."""
    del ctx, param
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() and len(word) <= 3 for word in words):
        raise click.BadParameter("numbers with commas between them, such as 4,8,16")
    counts = sorted(set(map(int, words)))
    if len(counts) > _COUNTS_MAX or not all(1 <= count <= _CONNECTIONS_MAX for count in counts):
        raise click.BadParameter(f"up to {_COUNTS_MAX} numbers from 1 to {_CONNECTIONS_MAX}")
    return counts


@click.command(cls=SectionCommand)
@click.argument("url", metavar="URL")
@_request_options
@click.option(
    "--max-bytes",
    "bytes_max",
    default="20M",
    show_default=True,
    metavar="SIZE",
    callback=_amount,
    help="Fetch so much of the file for each count.",
)
@click.option(
    "--connections",
    "counts",
    default="4,8,16",
    show_default=True,
    metavar="N,N,...",
    callback=_counts,
    help="The counts to measure, one after the other.",
)
@click.option("--no-save", is_flag=True, help="Do not keep what was learned for `ddm hosts`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def command(
    *,
    url: str,
    request: AskedRequest,
    bytes_max: int,
    counts: list[int],
    no_save: bool,
    as_json: bool,
) -> int:
    """Measure how many connections pay for a file.

    Fetches the beginning of the file over each count of connections in turn, as `ddm get` would, and
    writes none of it to the disk. Each count takes 30 seconds at most. Recommended is the least
    count that comes within a tenth of the best speed, of those that met no trouble. What the server
    taught by that is kept, and later downloads begin with it.

    \b
    ddm bench https://example.org/image.iso
    ddm bench --connections 1,8,32 --max-bytes 100M https://example.org/a.iso
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    urls.parse(url)
    spec = JobSpec(
        url=url.strip(),
        directory="/",
        route=request.route(),
        allow_downgrade=request.allow_downgrade,
        headers=request.fields(),  # last: it may ask for a password
    )
    from ddm import config  # noqa: PLC0415 - what only a measurement needs: TOML, pycurl, sqlite3
    from ddm.bench import Bench  # noqa: PLC0415

    loaded = config.load(os.environ, write=False)
    for notice in loaded.notices:
        voice.say(notice)
    rate = loaded.limits.max_bytes_per_sec
    if rate:
        voice.say(
            f"max_bytes_per_sec holds here too: no more than {human.speed(rate)}; this is not kept"
        )
    with StatusLine() as line, Signals(line.wipe) as signals:

        def stopped() -> bool:
            if signals.resting:
                line.wipe()
                signals.rest()
            return signals.caught

        with Bench(spec, loaded.limits, stopped) as bench:
            signals.wake(bench.wakeup_fd)
            try:
                report = Report(redact.url(spec.url), bytes_max, line, as_json=as_json)
                report.measure(bench, counts, stopped)
            finally:
                signals.wake(-1)
        taught = report.conclude(interrupted=signals.caught)
        if taught is not None and not (no_save or rate):
            _keep(*taught)
        return report.exit_status() if signals.exit_status is None else signals.exit_status
