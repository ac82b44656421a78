"""A small SOCKS5 proxy (RFC 1928, with the password of RFC 1929): every name leads to one port here."""

from __future__ import annotations

import contextlib
import socket
import socketserver

from integration.servers.proxy import relay
from integration.servers.threaded import Threaded

_VERSION, _NAME_AND_PASSWORD, _CONNECT, _BY_NAME = 5, 2, 1, 3


class SocksProxy(Threaded):
    """A running proxy. log: (user, password, host, port) of each connection that was asked for."""

    def __init__(self, origin_port: int) -> None:
        self.log: list[tuple[str, str, str, int]] = []
        handler = _handler(self.log, origin_port)
        super().__init__(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler))


def _handler(
    log: list[tuple[str, str, str, int]], origin_port: int
) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        rbufsize = 0  # what follows the greeting is relay's

        def text(self) -> str:
            """A text with its length before it."""
            return self.rfile.read(self.rfile.read(1)[0]).decode()

        def handle(self) -> None:
            """Greeting, password, destination, then bytes to and fro."""
            _, methods = self.rfile.read(2)
            self.rfile.read(methods)
            self.wfile.write(bytes((_VERSION, _NAME_AND_PASSWORD)))
            self.rfile.read(1)
            user, password = self.text(), self.text()
            self.wfile.write(b"\1\0")
            assert tuple(self.rfile.read(4)) == (_VERSION, _CONNECT, 0, _BY_NAME)
            host, port = self.text(), int.from_bytes(self.rfile.read(2), "big")
            log.append((user, password, host, port))
            with socket.create_connection(("127.0.0.1", origin_port)) as origin:
                self.wfile.write(bytes((_VERSION, 0, 0, 1)) + bytes(6))
                with contextlib.suppress(OSError):
                    relay(self.connection, origin)

    return Handler
