"""An HTTP/1.1 server that does what a test tells it to, and remembers every request.

One thread accepts, one more serves each connection: in the tests' process, never in DDM's. What a
path does is a `Behaviour` (`behaviours.py`); it answers through a `Reply`, which may send a head,
bytes, or break the connection.
"""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

CHUNK_BYTES = 16 << 10
_REASONS = {200: "OK", 206: "Partial Content", 302: "Found", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came. Connections count from 1; field names are in lower case."""

    method: str
    path: str
    connection: int
    headers: dict[str, str]

    @property
    def range(self) -> tuple[int, int | None] | None:
        """The half-open range asked for, its stop None if open; None without the field."""
        field = self.headers.get("range")
        if field is None:
            return None
        first, _, last = field.removeprefix("bytes=").partition("-")
        return int(first), int(last) + 1 if last else None


class BrokenOffError(Exception):
    """The behaviour, or the end of the server, broke the connection off."""


class Reply:
    """The answering side of one connection."""

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        self._connection = connection
        self._stopping = stopping
        self.head_only = False

    def head(self, status: int, fields: Iterable[tuple[str, object]]) -> None:
        """Send a status line and fields."""
        lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in fields]
        self.raw("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def body(self, content: bytes, *, bytes_per_s: float | None = None) -> None:
        """Send body bytes, at a pace if one is given; nothing in answer to a HEAD."""
        if self.head_only:
            return
        for at in range(0, len(content), CHUNK_BYTES):
            chunk = content[at : at + CHUNK_BYTES]
            self.raw(chunk)
            if bytes_per_s and self._stopping.wait(len(chunk) / bytes_per_s):
                raise BrokenOffError

    def raw(self, content: bytes) -> None:
        """Send bytes as they are."""
        self._connection.sendall(content)

    def close(self) -> None:
        """End the connection after what was sent."""
        raise BrokenOffError

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise BrokenOffError


class Behaviour(Protocol):
    """What a path does."""

    def answer(self, request: Request, reply: Reply) -> None:
        """Answer one request."""

    def release(self) -> None:
        """Let go of everyone who is held up; the server is about to end."""


class ScriptedServer:
    """The server: `add` a behaviour for a path, use the URL it returns, read `log`. context: it speaks TLS."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self.log: list[Request] = []
        self._behaviours: dict[str, Behaviour] = {}
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._connections: dict[int, socket.socket] = {}
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._threads.append(threading.Thread(target=self._accept, daemon=True))
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        for behaviour in self._behaviours.values():
            behaviour.release()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        with self._changed:
            for connection in self._connections.values():
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()

    def add(self, path: str, behaviour: Behaviour) -> str:
        """Let a path do this; returns its URL."""
        self._behaviours[path] = behaviour
        return self.url(path)

    def url(self, path: str) -> str:
        """The URL of a path."""
        scheme = "https" if self._context else "http"
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def requests(self, path: str) -> list[Request]:
        """What was asked of a path so far."""
        return [request for request in list(self.log) if request.path == path]

    def wait_for(self, paths: Iterable[str], timeout_s: float = 30) -> bool:
        """Wait until every one of these paths was asked for; whether that happened in time."""
        expected = set(paths)
        with self._changed:
            return self._changed.wait_for(
                lambda: expected <= {request.path for request in self.log}, timeout_s
            )

    def _accept(self) -> None:
        number = 0
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # shut down
            number += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                self._connections[number] = connection
            thread = threading.Thread(target=self._serve, args=(number, connection), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, number: int, connection: socket.socket) -> None:
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                with self._changed:
                    self._connections[number] = connection
            reply = Reply(connection, self._stopping)
            with connection.makefile("rb") as stream:
                while not self._stopping.is_set() and (request := _read(stream, number)):
                    with self._changed:
                        self.log.append(request)
                        self._changed.notify_all()
                    reply.head_only = request.method == "HEAD"
                    self._behaviours.get(request.path, _NOTHING).answer(request, reply)
        except (OSError, BrokenOffError):
            pass  # the client left, or was left
        finally:
            with self._changed:
                del self._connections[number]
            connection.close()


def _read(stream: io.BufferedReader, connection: int) -> Request | None:
    line = stream.readline().decode("latin-1")
    if not line:
        return None
    method, target, _ = line.split(" ", 2)
    headers: dict[str, str] = {}
    while field := stream.readline().decode("latin-1").strip():
        name, _, value = field.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Request(method, target.partition("?")[0], connection, headers)


class _Nothing:
    """What a path does that was never added."""

    def answer(self, request: Request, reply: Reply) -> None:
        reply.head(404, [("Content-Length", 0)])

    def release(self) -> None:
        pass


_NOTHING = _Nothing()
