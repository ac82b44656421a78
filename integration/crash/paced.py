"""An HTTP/1.1 server that paces each connection and knows what the client's TCP acknowledged.

What a server has handed to its kernel proves nothing: it may never have left. What the other side's TCP has
acknowledged did arrive, and it is known also after a reset: `tcpi_bytes_acked` of `struct tcp_info` (linux/tcp.h,
RFC 4898's tcpEStatsAppHCThruOctetsAcked). Bytes of heads are taken off, so that payload is left.
"""

from __future__ import annotations

import contextlib
import io
import re
import socket
import struct
import threading
import time
from collections.abc import Mapping
from typing import Self

CHUNK_BYTES = 16 << 10
_SEND_BUFFER_BYTES = 64 << 10
_BYTES_ACKED_AT = 120
_INFO_BYTES = 256
_RANGE = re.compile(rb"(?im)^range: *bytes=(\d+)-(\d*)\r$")
_IF_RANGE = re.compile(rb"(?im)^if-range: *(.*?)\r$")


class PacedServer:
    """Serves files by their paths, with ranges and strong ETags; every connection at the same pace.

    files: may be added to while it serves. sent_bytes: payload given to the kernel so far. last_sent_s: when, on
    the monotonic clock.
    """

    def __init__(self, files: Mapping[str, bytes], *, bytes_per_s: float) -> None:
        self.files = dict(files)
        self.bytes_per_s = bytes_per_s
        self.sent_bytes = 0
        self.last_sent_s = 0.0
        self._acked_bytes = 0
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        with self._changed:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()

    def url(self, path: str) -> str:
        """The URL of a path."""
        return self._origin + path

    @property
    def busy(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def wait_sent(self, total_bytes: int, timeout_s: float) -> bool:
        """Wait until so much payload was sent since the server began; whether it was in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.sent_bytes >= total_bytes, timeout_s)

    def acknowledged_bytes(self, timeout_s: float = 30) -> int:
        """Payload that the client's TCP acknowledged, once all connections are over."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._connections, timeout_s), "still open"
            return self._acked_bytes

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # shut down
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                self._connections.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        answers: list[list[int]] = []  # of each: bytes of its head, bytes of its body so far
        with contextlib.suppress(OSError), connection.makefile("rb") as stream:
            while asked := _read(stream):
                self._answer(connection, asked, answers)
        acked = _payload(_bytes_acked(connection), answers)
        connection.close()
        with self._changed:
            self._acked_bytes += acked
            self._connections.discard(connection)
            self._changed.notify_all()

    def _answer(self, connection: socket.socket, asked: bytes, answers: list[list[int]]) -> None:
        """Send one answer. Raises OSError when the connection is over."""
        path = asked.split(b" ", 2)[1].decode("latin-1").partition("?")[0]
        content = self.files.get(path)
        if content is None:
            head, body = _head("404 Not Found", 0), memoryview(b"")
        else:
            head, body = _answer_for(asked, content, etag=f'"{path}"')
        connection.sendall(head)
        answers.append([len(head), 0])
        began_s = time.monotonic()
        for at in range(0, len(body), CHUNK_BYTES):
            chunk = body[at : at + CHUNK_BYTES]
            # Counted before: what the client has got can never be more than what is known here.
            answers[-1][1] += len(chunk)
            connection.sendall(chunk)
            with self._changed:
                self.sent_bytes += len(chunk)
                self.last_sent_s = time.monotonic()
                self._changed.notify_all()
            due_s = began_s + (at + len(chunk)) / self.bytes_per_s
            if self._stopping.wait(max(0.0, due_s - time.monotonic())):
                raise ConnectionAbortedError


def _read(stream: io.BufferedReader) -> bytes:
    """The next request's head, nothing when the client has left."""
    lines = []
    while (line := stream.readline()) not in (b"", b"\r\n"):
        lines.append(line)
    return b"".join(lines)


def _answer_for(asked: bytes, content: bytes, *, etag: str) -> tuple[bytes, memoryview]:
    """Head and body: 206 for a range of this very file, 304 if it is known, else 200."""
    size, body = len(content), memoryview(content)
    if re.search(rb"(?im)^if-none-match: *" + re.escape(etag.encode()), asked):
        return _head("304 Not Modified", None, ETag=etag), body[:0]
    wanted, held = _RANGE.search(asked), _IF_RANGE.search(asked)
    if not wanted or (held and held[1] != etag.encode()):
        return _head("200 OK", size, ETag=etag), body
    first, last = int(wanted[1]), min(int(wanted[2] or size), size - 1)
    if first > last:
        head = _head("416 Range Not Satisfiable", 0, **{"Content-Range": f"bytes */{size}"})
        return head, body[:0]
    span = {"Content-Range": f"bytes {first}-{last}/{size}"}
    return _head("206 Partial Content", last + 1 - first, ETag=etag, **span), body[first : last + 1]


def _head(status: str, length: int | None, **fields: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Accept-Ranges: bytes"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    lines += [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _bytes_acked(connection: socket.socket) -> int:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    return int(struct.unpack_from("=Q", info, _BYTES_ACKED_AT)[0])


def _payload(acked_bytes: int, answers: list[list[int]]) -> int:
    """How much of what was acknowledged belongs to bodies, which came one after the other."""
    left, payload = acked_bytes, 0
    for head_bytes, body_bytes in answers:
        left -= min(left, head_bytes)
        payload += min(left, body_bytes)
        left -= min(left, body_bytes)
    return payload
