"""A request, the honest answer to it, and how an answer goes over the wire.

A behaviour is one or several lies: functions that change the honest answer before it is sent.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from integration.hostile.scene import Scene

ETAG, NEW_ETAG = '"v1"', '"v2"'
DATE, NEW_DATE = "Thu, 01 Jan 2026 00:00:00 GMT", "Fri, 02 Jan 2026 00:00:00 GMT"
CHUNK_BYTES = 16 << 10
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class LeftError(Exception):
    """The connection is over."""


@dataclass
class Answer:
    """What will be sent.

    keep: so many bytes of the body are sent, None for all of it. end: what happens then: "open",
    "close", "reset", "hang". before, after: sent around the answer as they are. flood: repeated
    after the body until the client leaves. bytes_per_s: None is as fast as can be.
    """

    status: int
    fields: list[tuple[str, str]]
    body: bytes
    first: int = 0
    version: str = "HTTP/1.1"
    reason: str = " Reason"
    newline: bytes = b"\r\n"
    before: bytes = b""
    after: bytes = b""
    raw: bytes | None = None
    delay_s: float = 0.0
    bytes_per_s: float | None = None
    head_bytes_per_s: float | None = None
    keep: int | None = None
    end: str = "open"
    flood: bytes = b""

    def put(self, name: str, value: object) -> None:
        """One field of this name, whatever there was."""
        self.drop(name)
        self.fields.append((name, str(value)))

    def drop(self, name: str) -> None:
        """No field of this name."""
        self.fields = [pair for pair in self.fields if pair[0].lower() != name.lower()]

    def become(self, status: int, body: bytes = b"no\n", *fields: tuple[str, str]) -> None:
        """Another answer altogether."""
        self.status, self.body, self.keep = status, body, None
        self.fields = [*fields, ("Content-Length", str(len(body)))]

    def head(self) -> bytes:
        """Status line and fields."""
        lines = [f"{self.version} {self.status}{self.reason}"]
        lines += [f"{name}: {value}" for name, value in self.fields]
        return b"".join(line.encode("latin-1") + self.newline for line in [*lines, ""])


@dataclass
class Visit:
    """One request. nth: which of its origin's, from 1."""

    scene: Scene
    origin: str
    connection: int
    nth: int
    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def range(self) -> tuple[int, int | None] | None:
        """First and last position asked for."""
        match = _RANGE.fullmatch(self.headers.get("range", ""))
        return (int(match[1]), int(match[2]) if match[2] else None) if match else None

    def honest(
        self,
        content: bytes | None = None,
        *,
        etag: str | None = ETAG,
        date: str | None = DATE,
    ) -> Answer:
        """What RFC 9110 says: 206 for a range of this file, 416 outside, else 200."""
        content = self.scene.content() if content is None else content
        fields = [("Content-Type", "application/octet-stream"), ("Accept-Ranges", "bytes")]
        fields += [("ETag", etag)] if etag else []
        fields += [("Last-Modified", date)] if date else []
        size, asked = len(content), self.range
        held = self.headers.get("if-range")
        if asked is None or (held is not None and held not in (etag, date)):
            return Answer(200, [*fields, ("Content-Length", str(size))], content)
        first, last = asked[0], min(size - 1 if asked[1] is None else asked[1], size - 1)
        if first > last:
            fields += [("Content-Range", f"bytes */{size}"), ("Content-Length", "0")]
            return Answer(416, fields, b"")
        fields += [("Content-Range", f"bytes {first}-{last}/{size}")]
        part = content[first : last + 1]
        return Answer(206, [*fields, ("Content-Length", str(len(part)))], part, first)

    def take(self, other: Answer, answer: Answer) -> None:
        """Let `answer` be `other`, at its own pace."""
        answer.status, answer.fields = other.status, other.fields
        answer.body, answer.first = other.body, other.first


Lie = Callable[[Visit, Answer], None]


def send(connection: socket.socket, visit: Visit, answer: Answer) -> None:
    """Send an answer. Raises LeftError when the connection is over, OSError when the client left."""
    stopping = visit.scene.stopping
    if stopping.wait(answer.delay_s):
        raise LeftError
    head = answer.head() if answer.raw is None else answer.raw
    _paced(connection, visit, answer.before + head, answer.head_bytes_per_s)
    if answer.raw is None and visit.method != "HEAD":
        _paced(connection, visit, answer.body[: answer.keep], answer.bytes_per_s)
    if answer.after:
        connection.sendall(answer.after)
    while answer.flood and not stopping.is_set():
        connection.sendall(answer.flood)
    if answer.end == "hang":
        stopping.wait()
    if answer.end == "reset":
        reset(connection)
    if answer.end != "open":
        raise LeftError


def reset(connection: socket.socket) -> None:
    """Let the coming close be a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _paced(
    connection: socket.socket, visit: Visit, content: bytes, bytes_per_s: float | None
) -> None:
    if not bytes_per_s:
        connection.sendall(content)
        return
    step = max(1, min(CHUNK_BYTES, int(bytes_per_s / 20)))
    for at in range(0, len(content), step):
        connection.sendall(content[at : at + step])
        if visit.scene.stopping.wait(step / bytes_per_s):
            raise LeftError
