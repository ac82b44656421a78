"""What a path of the scripted server can do: honest and otherwise, one small class each."""

from __future__ import annotations

import threading
from abc import abstractmethod

from integration.servers.scripted import CHUNK_BYTES, Behaviour, Reply, Request


class Plain(Behaviour):
    """A behaviour that never holds anybody up."""

    @abstractmethod
    def answer(self, request: Request, reply: Reply) -> None:
        """Answer one request."""

    def release(self) -> None:
        """Nobody waits here."""


class Honest(Plain):
    """The whole file or a range of it, with a strong ETag; at a pace per connection if given."""

    def __init__(
        self,
        content: bytes,
        *,
        etag: str | None = '"one"',
        bytes_per_s: float | None = None,
        fields: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.content = content
        self.bytes_per_s = bytes_per_s
        self.fields = (*fields, ("ETag", etag)) if etag else fields
        self._etag = etag

    def answer(self, request: Request, reply: Reply) -> None:
        """206 for a range of this file, 416 for one outside, else 200."""
        size = len(self.content)
        asked = request.range
        if asked is None or request.headers.get("if-range", self._etag) != self._etag:
            reply.head(200, [*self.fields, ("Accept-Ranges", "bytes"), ("Content-Length", size)])
            self.send(self.content, reply)
            return
        start, stop = asked[0], min(asked[1] or size, size)
        if start >= stop:
            reply.head(416, [("Content-Range", f"bytes */{size}"), ("Content-Length", 0)])
            return
        content_range = self.content_range(start, stop, size)
        length = stop - start
        reply.head(
            206, [*self.fields, ("Content-Range", content_range), ("Content-Length", length)]
        )
        self.send(self.content[start:stop], reply)

    def content_range(self, start: int, stop: int, size: int) -> str:
        """The value of Content-Range."""
        return f"bytes {start}-{stop - 1}/{size}"

    def send(self, content: bytes, reply: Reply) -> None:
        """Send a body."""
        reply.body(content, bytes_per_s=self.bytes_per_s)


class Gated(Honest):
    """Honest, but after so many bytes in all everybody has to wait until the gate is opened."""

    def __init__(self, content: bytes, *, limit_bytes: int) -> None:
        super().__init__(content)
        self._left_bytes = limit_bytes
        self._lock = threading.Lock()
        self._reached = threading.Event()
        self._open = threading.Event()

    def send(self, content: bytes, reply: Reply) -> None:
        """Send what the gate lets through, then wait, then the rest."""
        for at in range(0, len(content), CHUNK_BYTES):
            chunk = content[at : at + CHUNK_BYTES]
            with self._lock:
                self._left_bytes -= len(chunk)
                held = self._left_bytes < 0
            if held:
                self._reached.set()
                self._open.wait()
            reply.body(chunk)

    def wait_until_reached(self, timeout_s: float = 30) -> bool:
        """Wait until somebody stands at the gate; whether that happened in time."""
        return self._reached.wait(timeout_s)

    def release(self) -> None:
        """Open the gate for good."""
        self._open.set()


class IgnoresRange(Plain):
    """200 with the whole file, whatever was asked."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def answer(self, request: Request, reply: Reply) -> None:
        """The whole file."""
        reply.head(200, [("Accept-Ranges", "bytes"), ("Content-Length", len(self._content))])
        reply.body(self._content)


class Chunked(Plain):
    """200 with chunked framing: no length, no ranges."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def answer(self, request: Request, reply: Reply) -> None:
        """The whole file in chunks."""
        reply.head(200, [("Transfer-Encoding", "chunked")])
        for at in range(0, len(self._content), CHUNK_BYTES):
            chunk = self._content[at : at + CHUNK_BYTES]
            reply.body(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        reply.body(b"0\r\n\r\n")


class CloseDelimited(Plain):
    """200 without a length: the end of the connection is the end of the body."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def answer(self, request: Request, reply: Reply) -> None:
        """The whole file, then the end."""
        reply.head(200, [("Connection", "close")])
        reply.body(self._content)
        reply.close()


class ResetsAfter(Honest):
    """Honest, but the first `times` bodies longer than `after_bytes` end there with a reset."""

    def __init__(self, content: bytes, *, after_bytes: int, times: int) -> None:
        super().__init__(content)
        self._after_bytes = after_bytes
        self._times = times
        self._lock = threading.Lock()

    def send(self, content: bytes, reply: Reply) -> None:
        """Send a body or break it off."""
        with self._lock:
            broken = len(content) > self._after_bytes and self._times > 0
            self._times -= broken
        if broken:
            reply.body(content[: self._after_bytes])
            reply.reset()
        reply.body(content)


class Short(Honest):
    """Honest heads, but the first `times` bodies lack their last byte, and that is the end."""

    def __init__(self, content: bytes, *, times: int) -> None:
        super().__init__(content)
        self._times = times
        self._lock = threading.Lock()

    def send(self, content: bytes, reply: Reply) -> None:
        """Send all of a body, or all but its last byte."""
        with self._lock:
            short = self._times > 0
            self._times -= short
        reply.body(content[:-1] if short else content)
        if short:
            reply.close()


class Status(Plain):
    """Always this status, with these fields and a short body."""

    def __init__(self, status: int, *fields: tuple[str, str], body: bytes = b"no\n") -> None:
        self._status = status
        self._fields = fields
        self._body = body

    def answer(self, request: Request, reply: Reply) -> None:
        """The status."""
        reply.head(self._status, [*self._fields, ("Content-Length", len(self._body))])
        reply.body(self._body)


def redirect(location: str, status: int = 302) -> Status:
    """A behaviour that sends everybody elsewhere."""
    return Status(status, ("Location", location))


class First(Plain):
    """One behaviour for the first `times` requests, another one afterwards."""

    def __init__(self, times: int, first: Behaviour, then: Behaviour) -> None:
        self._times = times
        self._first = first
        self._then = then
        self._lock = threading.Lock()

    def answer(self, request: Request, reply: Reply) -> None:
        """As the one whose turn it is."""
        with self._lock:
            early = self._times > 0
            self._times -= early
        (self._first if early else self._then).answer(request, reply)


class WrongContentRange(Honest):
    """206 whose Content-Range names other bytes than were asked for."""

    def content_range(self, start: int, stop: int, size: int) -> str:
        """One position further on."""
        return super().content_range(start + 1, stop + 1, size + 1)


class ForbiddenRange(Honest):
    """403 for ever to whatever holds position `at`, so to all of it, too; other ranges flow at their pace."""

    def __init__(self, content: bytes, *, at: int, bytes_per_s: float) -> None:
        super().__init__(content, bytes_per_s=bytes_per_s)
        self._at = at

    def answer(self, request: Request, reply: Reply) -> None:
        """No, or honestly."""
        start, stop = request.range or (0, None)
        if start <= self._at < (stop or len(self.content)):
            reply.head(403, [("Content-Length", 0)])
            return
        super().answer(request, reply)
