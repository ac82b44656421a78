"""The hostile server: raw sockets, so that it can lie about everything.

One per trial, so that every behaviour has its own memory and its own log. It has three origins:
"first", "other" (another port) and "tls". One thread accepts for each, one serves each connection.
"""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import threading
from types import TracebackType
from typing import Self

from integration.hostile.row import Row
from integration.hostile.scene import Logged, Scene
from integration.hostile.wire import LeftError, Visit, reset, send

_LINE_BYTES_MAX = 1 << 20
_TLS_HANDSHAKE = b"\x16"  # the first byte of every TLS connection: RFC 8446, section 5.1


class HostileServer:
    """A server for one row of the table; `scene` has its log."""

    def __init__(self, row: Row, tls: ssl.SSLContext | None = None) -> None:
        self.scene = Scene(row.id, row.size)
        self._row = row
        self._tls = tls
        self._threads: list[threading.Thread] = []
        self._open: dict[int, socket.socket] = {}
        self._listeners: dict[str, socket.socket] = {}
        for origin in ("first", "other", *(["tls"] if tls else [])):
            listener = socket.create_server(("127.0.0.1", 0), backlog=128)
            scheme = "https" if origin == "tls" else "http"
            self._listeners[origin] = listener
            self.scene.urls[origin] = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        for origin, listener in self._listeners.items():
            self._start(self._accept, origin, listener)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.scene.stopping.set()
        with self.scene.lock:
            held = [*self._listeners.values(), *self._open.values()]
        for one in held:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        for listener in self._listeners.values():
            listener.close()

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, origin: str, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # shut down
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.scene.lock:
                self.scene.connections += 1
                number = self.scene.connections
                self._open[number] = connection
            self._start(self._serve, origin, number, connection)

    def _serve(self, origin: str, number: int, connection: socket.socket) -> None:
        talking = connection
        try:
            how = self._row.on_connect(self.scene, origin) if self._row.on_connect else ""
            if how == "reset":
                reset(connection)
            if how == "hang":
                self.scene.stopping.wait()
            if how:
                return
            if origin == "tls" and self._tls is not None:
                talking = self._tls.wrap_socket(connection, server_side=True)
            with talking.makefile("rb") as stream:
                while not self.scene.stopping.is_set():
                    visit = self._read(stream, origin, number)
                    if visit is None:
                        return
                    self._answer(talking, visit)
        except (OSError, LeftError):
            pass  # the client left, or was left
        finally:
            with self.scene.lock:
                del self._open[number]
            talking.close()
            connection.close()

    def _answer(self, connection: socket.socket, visit: Visit) -> None:
        with self.scene.lock:
            self.scene.active += 1
        try:
            answer = visit.honest()
            answer.bytes_per_s = self._row.bytes_per_s
            self._row.lie(visit, answer)
            send(connection, visit, answer)
        finally:
            with self.scene.lock:
                self.scene.active -= 1

    def _read(self, stream: io.BufferedReader, origin: str, number: int) -> Visit | None:
        if stream.peek(1)[:1] == _TLS_HANDSHAKE:
            return None  # it need not have a line end in it, so a line must not be waited for
        line = stream.readline(_LINE_BYTES_MAX).decode("latin-1")
        if line.count(" ") != 2:
            return None
        method, target, _ = line.split(" ")
        pairs = []
        while field := stream.readline(_LINE_BYTES_MAX).decode("latin-1").strip():
            name, _, value = field.partition(":")
            pairs.append((name.strip().lower(), value.strip()))
        scene = self.scene
        with scene.lock:
            nth = 1 + sum(logged.origin == origin for logged in scene.log)
            logged = Logged(origin, number, scene.run, method, target, tuple(pairs))
            scene.log.append(logged)
        return Visit(scene, origin, number, nth, method, target, dict(pairs))
