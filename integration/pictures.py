"""The pictures of docs/: the real screen and the real table, drawn from jobs that are made up, so always the same.

`python -m integration.pictures` writes them; a test fails where they are stale.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ddm.byteranges import ByteRange, RangeSet
from ddm.cli.commands import status
from ddm.cli.showing.frame import Size
from ddm.cli.watch.keys import Key
from ddm.cli.watch.model import Model
from ddm.cli.watch.rows import rows_of
from ddm.cli.watch.screen import screen
from ddm.cli.watch.source import Snapshot
from ddm.core.view import JobView, LimitsView, OriginView, QueueView, SegmentView
from ddm.live import Live
from ddm.record import State, StoredFailure, Wanted
from ddm.store.listing import ListedJob
from ddm.store.rows import claims_in

DIRECTORY = Path(__file__).parent.parent / "docs" / "pictures"
MIB = 1 << 20
_THROTTLED = "downloads.example.net answered 429 Too Many Requests"
_GONE = StoredFailure("not-found", "mirror.example.org has no such file (404 Not Found)", 3)
# Name, state, size in MiB, the parts that are there in percent, MiB/s, connections.
_JOBS = (
    ("debian-13.1.0-amd64-netinst.iso", State.DONE, 783, ((0, 100),), 0, 0),
    ("ubuntu-24.04.3-desktop.iso", State.RUNNING, 6041, ((0, 21), (25, 44), (50, 66), (75, 83)), 41.5, 4),
    ("Fedora-Workstation-42.iso", State.RUNNING, 2338, ((0, 40), (50, 61), (75, 78)), 23.8, 3),
    ("linux-6.17.tar.xz", State.RUNNING, 146, ((0, 71),), 6.2, 1),
    ("models-vision-large.tar", State.WAITING, 18432, ((0, 12), (25, 27)), 0, 0),
    ("map-of-europe.pbf", State.VERIFYING, 29400, ((0, 100),), 0, 0),
    ("old-release.zip", State.FAILED, None, (), 0, 0),
    ("lecture-01.mp4", State.PAUSED, 812, ((0, 33),), 0, 0),
    *((f"lecture-{number:02}.mp4", State.QUEUED, None, (), 0, 0) for number in range(2, 17)),
)  # fmt: skip
_SPEEDS = [MIB * speed for speed in (0, 8, 31, 55, 62, 66, 64, 40, 22, 48, 63, 68, 70, 69, 71, 71)]


def _parts(size: int, parts: Sequence[tuple[int, int]]) -> RangeSet:
    return RangeSet(ByteRange(size * a // 100, size * b // 100) for a, b in parts)


def _listed(
    number: int, name: str, state: State, size_mib: int | None, done: RangeSet
) -> ListedJob:
    return ListedJob(
        id=number,
        wanted=Wanted.PAUSE if state is State.PAUSED else Wanted.RUN,
        state=state,
        checking=False,
        url=f"https://mirror.example.org/pub/{name}",
        directory="/srv/downloads",
        asked_name=None,
        name=None if size_mib is None else name,
        size_bytes=None if size_mib is None else size_mib * MIB,
        claims=claims_in(done),
        written_bytes=done.total,
        error=_GONE if state is State.FAILED else None,
        created_s=0.0,
        updated_s=0.0,
    )


def _view(job: ListedJob, done: RangeSet, speed_mib: float, connections: int) -> JobView:
    size, speed = job.size_bytes or 0, speed_mib * MIB
    waiting = job.state is State.WAITING
    stops = [*(r.start for r in list(done)[1:]), size]
    segments = [
        SegmentView(r.start, r.stop, min(r.stop + size // 20, stop), live=True)
        for r, stop in zip(done, stops, strict=True)
    ]
    return JobView(
        job.id, job.state, job.name or "", job.directory, job.url, size, done.total, speed,
        eta_s=(size - done.total) / speed if speed else None,
        connections=connections,
        segments_done=12,
        segments_total=12 + connections,
        waiting_s=11.2 if waiting else None,
        reason=_THROTTLED if waiting else None,
        origin="https://downloads.example.net" if waiting else "https://mirror.example.org",
        done=done,
        segments=tuple(segments[:connections]),
    )  # fmt: skip


def snapshot() -> Snapshot:
    """The jobs of the pictures."""
    jobs, views = [], []
    for number, (name, state, size_mib, parts, speed_mib, connections) in enumerate(_JOBS, 1):
        done = _parts((size_mib or 0) * MIB, parts)
        job = _listed(number, name, state, size_mib, done)
        jobs.append(job)
        if not state.ended and state is not State.QUEUED:
            views.append(_view(job, done, speed_mib, connections))
    queue = QueueView(
        tuple(views),
        sum(view.speed_bps for view in views),
        8,
        (
            OriginView("https://downloads.example.net", 0, 2, True, 11.2, 11.2),
            OriginView("https://mirror.example.org", 8, 8, True, None, 3.4),
        ),
        LimitsView(64, 16, 100 * MIB),
    )
    live = Live(4711, 0.0, queue)
    return Snapshot(rows_of(jobs, live), live, 4711, 0.0)


def _watch(width: int, height: int, keys: Sequence[Key]) -> Text:
    model, seen = Model(), snapshot()
    model.show(seen.rows)
    for key in keys:
        model.press(key)
    return Text("\n").join(screen(seen, model, _SPEEDS, "", Size(width, height)))


def _status(width: int) -> Text:
    prompt = Text("$ ddm status\n")
    return prompt + Text.from_ansi("\n".join(status.lines(snapshot(), width, coloured=True)))


def pictures() -> dict[str, str]:
    """Each picture by its name."""
    drawn = {
        "status.svg": (_status(80), 80, "ddm status"),
        "watch.svg": (_watch(80, 24, [Key.DOWN]), 80, "ddm status --watch"),
        "watch-wide.svg": (
            _watch(140, 32, [Key.SORT, *[Key.DOWN] * 5]), 140, "ddm status --watch, by state",
        ),
        "watch-help.svg": (_watch(80, 24, [Key.HELP]), 80, "ddm status --watch, ?"),
    }  # fmt: skip
    return {name: _svg(*each) for name, each in drawn.items()}


def _svg(text: Text, width: int, title: str) -> str:
    console = Console(
        record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor",
        legacy_windows=False, _environ={},
    )  # fmt: skip
    console.print(text, soft_wrap=True)
    svg = console.export_svg(title=title, code_format=_FORMAT, unique_id="ddm")
    return re.sub(r' clip-path="[^"]*"', "", svg) + "\n"


# As rich's own, but the reader's own fonts are used and nothing is fetched.
_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>"""


def main() -> None:
    """Write them."""
    DIRECTORY.mkdir(exist_ok=True)
    for name, svg in pictures().items():
        (DIRECTORY / name).write_text(svg)


if __name__ == "__main__":
    main()
