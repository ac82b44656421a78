"""`--checksums FILE|URL`: a list of digests gives each job the one of its file, before anything is fetched.

A list with a URL is fetched by DDM itself, by the rules of any download: into a private directory
that is gone at the end, with a queue in memory.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ddm import redact
from ddm.cli.working.signals import Signals
from ddm.errors import DownloadError, Exit, UsageError
from ddm.http import url as urls
from ddm.limits import Limits
from ddm.sources import sums
from ddm.sources.sums import FILE_BYTES_MAX, Sum
from ddm.spec import Checksum, JobSpec

if TYPE_CHECKING:
    from ddm.core.view import JobView
    from ddm.house import House

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_NAME = "sums"


def with_sums(specs: Sequence[JobSpec], source: str, limits: Limits) -> list[JobSpec]:
    """The jobs, each with the digest that the list has for it.

    source: a path or a URL. Raises UsageError if a job is not in it, DownloadError if it cannot be fetched.
    """
    if not specs:
        return []
    is_url = _URL.match(source) is not None
    shown = redact.url(source) if is_url else redact.text(source)
    found = _fetched(source, specs, limits) if is_url else _read(Path(source), shown)
    if not found:
        raise UsageError(f"{shown} holds no digest that DDM knows")
    if len(specs) > 1 and len(found) == 1 and not found[0].name:
        raise UsageError(
            f"{shown} holds one digest without a name, but there are {len(specs)} files"
        )
    digests = _looked_up(specs, found, shown)
    return [
        spec if digest in spec.checksums else replace(spec, checksums=(*spec.checksums, digest))
        for spec, digest in zip(specs, digests, strict=True)
    ]


def _looked_up(specs: Sequence[JobSpec], found: list[Sum], shown: str) -> list[Checksum]:
    by_name = defaultdict(list)
    for each in found:
        by_name[each.name.rpartition("/")[2]].append(each)
    digests, missing = [], []
    for spec in specs:
        name = spec.name or urls.parse(spec.url).file_name
        digest = sums.find(found if len(found) == 1 else by_name[name], name)
        if digest is None:
            missing.append(redact.short(name or spec.url))
        else:
            digests.append(digest)
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise UsageError(
            f"{shown} has no digest of {missing[0]}{more}; if the file has another name there, give that with -o"
        )
    return digests


def _read(path: Path, shown: str) -> list[Sum]:
    """The digests of a file. Raises UsageError."""
    try:
        with path.open("rb") as file:
            return sums.read(file)
    except OSError as error:
        raise UsageError(f"could not read {shown}: {error.strerror}") from error


def _fetched(url: str, specs: Sequence[JobSpec], limits: Limits) -> list[Sum]:
    """The digests at a URL. Raises UsageError, DownloadError.

    Header fields of a job go with it only to that job's own origin.
    """
    from ddm.house import House  # noqa: PLC0415 - pycurl, which no help text and no typo needs

    origin = urls.parse(url).origin
    beside = next((each for each in specs if urls.parse(each.url).origin == origin), None)
    with TemporaryDirectory(prefix="ddm-") as directory:
        spec = JobSpec(
            url,
            directory,
            _NAME,
            headers=beside.headers if beside else (),
            route=(beside or specs[0]).route,
            allow_downgrade=specs[0].allow_downgrade,
        )
        with House.open(None, limits) as manager, Signals(lambda: None) as signals:
            _work(manager, spec, signals)
        return _read(Path(directory, _NAME), redact.url(url))


def _work(manager: House, spec: JobSpec, signals: Signals) -> None:
    """Fetch it. Raises DownloadError."""
    ended: list[JobView] = []
    manager.listeners.on_ended = ended.append
    manager.work_on(manager.add([spec]))
    signals.wake(manager.wakeup_fd)
    url = redact.url(spec.url)
    while not manager.idle:
        if manager.stuck:
            manager.give_up_waiting()
        manager.turn()
        if signals.exit_status is not None:
            code = Exit.INTERRUPTED if signals.exit_status == Exit.INTERRUPTED else Exit.TERMINATED
            raise DownloadError("stopped; nothing was fetched", code)
        longest = max(
            (max(job.done_bytes, job.size_bytes or 0) for job in manager.view().jobs), default=0
        )
        if longest > FILE_BYTES_MAX:
            raise DownloadError(
                f"{url}: a list of digests has {FILE_BYTES_MAX >> 20} MiB at most, this one more",
                Exit.BAD_RESPONSE,
            )
    for view in ended:
        if view.failure is not None:
            raise DownloadError(f"{url}: {redact.text(view.failure.message)}", view.failure.code)
