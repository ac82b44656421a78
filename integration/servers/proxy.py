"""A small forward proxy: absolute-form requests and CONNECT, every one remembered with its fields."""

from __future__ import annotations

import contextlib
import http.client
import selectors
import socket
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from integration.servers.threaded import Threaded

_BLOCK_BYTES = 64 << 10
_HOP_BY_HOP = {"connection", "proxy-authorization", "proxy-connection", "transfer-encoding"}


class Proxy(Threaded):
    """A running proxy. log: (method, target, fields by lower-case name) of each request, in order."""

    def __init__(
        self, origin_port: int | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        """`origin_port`: where every destination leads to, here. `context`: it is asked over TLS."""
        self.log: list[tuple[str, str, dict[str, str]]] = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.log, origin_port))
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        super().__init__(server)

    def url(self, userinfo: str = "") -> str:
        """Its URL, with a name and a password if they are given."""
        return f"http://{userinfo and userinfo + '@'}127.0.0.1:{self.port}"


def _handler(
    log: list[tuple[str, str, dict[str, str]]], origin_port: int | None
) -> type[BaseHTTPRequestHandler]:
    here = origin_port and f"127.0.0.1:{origin_port}"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def note(self) -> None:
            fields = {name.lower(): value for name, value in self.headers.items()}
            log.append((self.command, self.path, fields))

        def do_GET(self) -> None:
            """Ask the origin, pass its answer on."""
            self.note()
            asked = urlsplit(self.path)
            fields = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
            with contextlib.closing(http.client.HTTPConnection(here or asked.netloc)) as origin:
                origin.request("GET", asked.path, headers=fields)
                response = origin.getresponse()
                self.send_response_only(response.status)
                for name, value in response.getheaders():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    while block := response.read(_BLOCK_BYTES):
                        self.wfile.write(block)

        def do_CONNECT(self) -> None:
            """Bytes to and fro until one side ends."""
            self.note()
            host, _, port = (here or self.path).rpartition(":")
            with socket.create_connection((host, int(port))) as origin:
                self.send_response_only(200)
                self.end_headers()
                with contextlib.suppress(OSError):
                    relay(self.connection, origin)
            self.close_connection = True

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name there
            """Quiet."""

    return Handler


def relay(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes on both ways until one side ends."""
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in selector.select():
                block = key.fileobj.recv(_BLOCK_BYTES)  # type: ignore[union-attr] # a socket
                if not block:
                    return
                key.data.sendall(block)
