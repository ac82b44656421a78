"""`--dry-run`: ask the servers, and tell what would be fetched. Nothing is written, not even a state directory."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ddm import redact
from ddm.cli.showing import human, voice
from ddm.cli.showing.outcome import Outcome, exit_status, of_view
from ddm.cli.working.signals import Signals
from ddm.core.circumstances import Found
from ddm.core.view import JobView
from ddm.disk.names import candidates
from ddm.errors import Exit
from ddm.limits import PART_SUFFIX, Limits
from ddm.spec import JobSpec

if TYPE_CHECKING:
    from ddm.house import House

JSON_VERSION = 1

_FOUND = (
    "final_url",
    "name",
    "path",
    "note",
    "size_bytes",
    "ranges",
    "connections",
    "etag",
    "last_modified",
    "content_coding",
)


class Place(Struct, frozen=True):
    """Where a file would go. path: None if it cannot; note: what is there already, "" if nothing."""

    path: str | None
    note: str


def dry_run(specs: Sequence[JobSpec], limits: Limits, *, as_json: bool) -> int:
    """Ask for each job's head, and print what would be fetched; the exit status."""
    from ddm.house import House  # noqa: PLC0415 - pycurl, which no help text and no typo needs

    views: dict[int, JobView] = {}
    with House.open(None, limits, describe=True) as manager, Signals(lambda: None) as signals:
        ids = manager.add(list(specs)) if specs else []
        manager.listeners.on_ended = lambda view: views.__setitem__(view.id, view)
        manager.work_on(ids)
        signals.wake(manager.wakeup_fd)
        _turn(manager, signals)
        stopped = signals.exit_status
    plans = [(spec, views.get(job_id)) for job_id, spec in zip(ids, specs, strict=True)]
    if as_json:
        jobs = [plan_object(spec, view) for spec, view in plans]
        voice.show(json.dumps({"version": JSON_VERSION, "jobs": jobs}, indent=1))
    for spec, view in plans:
        if view is None:
            continue
        if view.found is None:
            outcome = of_view(view)
            voice.say(f"{outcome.label}: {outcome.message}")
        elif not as_json:
            voice.show(plan_text(spec, view.found))
    return stopped or exit_status(_outcome(view) for _, view in plans if view is not None)


def plan_text(spec: JobSpec, found: Found) -> str:
    """What would be fetched, for people."""
    place = place_of(spec, found.name)
    lines = [("from", found.url)]
    if found.size_bytes is None:
        lines.append(("size", "not known"))
    else:
        lines.append(("size", f"{human.size(found.size_bytes)} ({found.size_bytes:,} bytes)"))
    connections = f"{found.connections} connection{'s' if found.connections != 1 else ''}"
    lines.append(("ranges", f"{'yes' if found.ranges else 'no'}, {connections}"))
    lines.append(("validator", _validator(found)))
    if found.content_coding is not None:
        lines.append(("coding", redact.text(found.content_coding)))
    lines += [("digest", f"{digest}, from the server") for digest in found.digests]
    lines += [("digest", f"{digest}, asked for") for digest in spec.checksums]
    lines += [("mirror", redact.url(mirror)) for mirror in spec.mirrors]
    lines.append(("to", redact.text(str(Path(spec.directory, found.name)))))
    if place.note:
        lines.append(("", place.note))
    return "\n".join([redact.text(found.name), *(f"  {word:<9}  {text}" for word, text in lines)])


def plan_object(spec: JobSpec, view: JobView | None) -> dict[str, object]:
    """The same for `--json`; the fields of what was not found are null."""
    found = view.found if view is not None else None
    failure = view.failure if view is not None else None
    server = [] if found is None else list(found.digests)
    digests = [("server", each) for each in server] + [("user", each) for each in spec.checksums]
    return {
        "url": redact.url(spec.url),
        "mirrors": [redact.url(mirror) for mirror in spec.mirrors],
        "directory": redact.text(spec.directory),
        **(dict.fromkeys(_FOUND) if found is None else _found_fields(spec, found)),
        "digests": [
            {"algorithm": each.algorithm, "hex": each.hex, "by": by} for by, each in digests
        ],
        "error": failure
        and {
            "kind": failure.kind.value,
            "message": redact.text(failure.message),
            "exit_status": int(failure.code),
        },
    }


def _found_fields(spec: JobSpec, found: Found) -> dict[str, object]:
    place = place_of(spec, found.name)
    values = (
        found.url,
        redact.text(found.name),
        _text(place.path),
        place.note or None,
        found.size_bytes,
        found.ranges,
        found.connections,
        _text(found.etag),
        _text(found.last_modified),
        _text(found.content_coding),
    )
    return dict(zip(_FOUND, values, strict=True))


def place_of(spec: JobSpec, name: str) -> Place:
    """Where a file of this name would go now."""
    path = Path(spec.directory, name)
    if not os.path.lexists(path):
        part = f"{name}{PART_SUFFIX}"
        there = os.path.lexists(Path(spec.directory, part))
        note = f"{redact.text(part)} is there; if this job began it, it goes on" if there else ""
        return Place(str(path), note)
    if spec.overwrite:
        return Place(str(path), "exists; would be replaced")
    if spec.name is not None:
        return Place(None, "exists; would fail: move it away, or give --overwrite")
    for free in candidates(name):
        if not any(
            os.path.lexists(Path(spec.directory, each)) for each in (free, free + PART_SUFFIX)
        ):
            return Place(
                str(Path(spec.directory, free)),
                f"exists; would be saved as {redact.text(free)}, if it is not this job's already",
            )
    return Place(None, "exists, and so do all names like it")


def _turn(manager: House, signals: Signals) -> None:
    while not (manager.idle or signals.caught):
        manager.turn()


def _validator(found: Found) -> str:
    words = [
        f"{name} {redact.text(value)}"
        for name, value in (("ETag", found.etag), ("Last-Modified", found.last_modified))
        if value is not None
    ]
    return ", ".join(words) or "none: whether the file has changed cannot be seen"


def _text(value: str | None) -> str | None:
    return value and redact.text(value)


def _outcome(view: JobView) -> Outcome:
    """The outcome of asking."""
    return of_view(view) if view.found is None else replace(of_view(view), code=Exit.OK)
