"""What `ddm bench` tells: a row for each count as soon as it is measured, then the recommendation; or JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ddm import redact
from ddm.cli.showing import human, voice
from ddm.cli.showing.line import StatusLine
from ddm.errors import DownloadError, Exit, UsageError

if TYPE_CHECKING:
    from ddm.bench import Bench, File
    from ddm.http.url import Origin
    from ddm.lesson import Lesson
    from ddm.measured import Advice, Measured

JSON_VERSION = 1

_HEADINGS = ("CONNECTIONS", "FETCHED", "TIME", "SPEED", "THROTTLED", "ERRORS")
_WIDTHS = (11, 9, 8, 12, 9, 6)


class Report:
    """What is told while the counts are measured, and after it."""

    def __init__(self, url: str, bytes_max: int, line: StatusLine, *, as_json: bool) -> None:
        self._url = url
        self._bytes_max = bytes_max
        self._line = line
        self._as_json = as_json
        self._file: File | None = None
        self._results: list[Measured] = []

    def measure(self, bench: Bench, counts: Sequence[int], stopped: Callable[[], bool]) -> None:
        """Look at the file, then measure each count. Raises DownloadError, UsageError."""
        self._line.show("asking for the file ...", at_once=True)
        self._file, looked = bench.look()
        self._line.wipe()
        if stopped():
            return
        if self._file is None:
            raise _not_there(self._url, looked)
        if self._file.size_bytes == 0:
            raise UsageError(f"{self._url} is an empty file; measure a longer one")
        for sentence in self._remarks(self._file):
            voice.say(sentence)
        if not self._as_json:
            voice.show(_row(_HEADINGS))
        for count in counts if self._file.ranges else (1,):
            self._line.show(f"{count} connections ...", at_once=True)
            measured = bench.measure(count, self._bytes_max)
            self._line.wipe()
            self._results.append(measured)
            if not self._as_json:
                voice.show(_row(_cells(measured)) + _note(measured, by_user=stopped()))
            if stopped():
                return
            if measured.used < count and not measured.events and not measured.cut_short:
                voice.say(f"no more connections than {measured.used} are used for this file")
                return

    def conclude(self, *, interrupted: bool) -> tuple[Origin, Lesson] | None:
        """The recommendation, or the whole as JSON; what the origin has taught, None where that is nothing."""
        from ddm.measured import Advice, advise, lesson  # noqa: PLC0415 - no help text needs it

        advice = Advice(None, "interrupted") if interrupted else advise(self._results)
        if self._as_json:
            document = self._document(advice, interrupted=interrupted)
            voice.show(json.dumps(document, indent=1))
        elif interrupted:
            voice.say("interrupted; what was measured so far is no recommendation")
        elif advice.connections is None:
            voice.show(f"no recommendation: {advice.reason}")
        else:
            voice.show(f"recommended: --max-segments {advice.connections} ({advice.reason})")
        if self._file is None or advice.connections is None:
            return None
        taught = lesson(self._results, advice, ranges=self._file.ranges, wall_s=time.time())
        return self._file.origin, taught

    def exit_status(self) -> int:
        """0 if anything was measured."""
        if any(each.bytes and each.failure is None for each in self._results):
            return Exit.OK
        codes = [each.failure.code for each in self._results if each.failure is not None]
        return codes[0] if codes else Exit.TOO_SLOW

    def _remarks(self, file: File) -> Iterator[str]:
        if not file.ranges:
            yield "the server sends no ranges of this file, so that one connection is all it can use"
        if file.size_bytes is not None and file.size_bytes < self._bytes_max:
            yield f"the file has no more than {human.size(file.size_bytes)}; all of it is fetched"

    def _document(self, advice: Advice, *, interrupted: bool) -> dict[str, object]:
        return {
            "version": JSON_VERSION,
            "url": self._url,
            "size_bytes": self._file.size_bytes if self._file else None,
            "ranges": self._file.ranges if self._file else None,
            "max_bytes": self._bytes_max,
            "interrupted": interrupted,
            "results": [_object(each) for each in self._results],
            "recommended": {"connections": advice.connections, "reason": advice.reason},
        }


def _not_there(url: str, looked: Measured) -> DownloadError:
    if looked.failure is None:
        return DownloadError(f"{url}: no answer in {looked.seconds:.0f} s", Exit.TOO_SLOW)
    return DownloadError(f"{url}: {redact.text(looked.failure.message)}", looked.failure.code)


def _row(cells: Sequence[str]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, _WIDTHS, strict=True))


def _cells(measured: Measured) -> tuple[str, ...]:
    return (
        str(measured.connections),
        human.size(measured.bytes),
        f"{measured.seconds:.2f} s",
        human.speed(measured.speed_bps),
        str(measured.throttled),
        str(measured.errors),
    )


def _note(measured: Measured, *, by_user: bool) -> str:
    """What a row has to say beside its numbers."""
    if measured.failure is not None:
        return f"  {redact.text(measured.failure.message)}"
    if measured.cut_short:
        return "  stopped" if by_user else "  its time was over"
    if measured.used < measured.connections:
        return f"  used {measured.used}"
    return ""


def _object(measured: Measured) -> dict[str, object]:
    failure = measured.failure
    return {
        "connections": measured.connections,
        "used": measured.used,
        "bytes": measured.bytes,
        "seconds": round(measured.seconds, 6),
        "bytes_per_sec": round(measured.speed_bps),
        "throttled": measured.throttled,
        "errors": measured.errors,
        "cut_short": measured.cut_short,
        "failure": None
        if failure is None
        else {
            "kind": failure.kind.value,
            "message": redact.text(failure.message),
            "exit_status": failure.code,
        },
    }
