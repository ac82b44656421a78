"""A small SOCKS proxy: versions 4, 4a and 5 (RFC 1928, with the password of RFC 1929).

Every destination leads to one port here.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import socketserver

from integration.servers.proxy import relay
from integration.servers.threaded import Threaded

_NO_PASSWORD, _NAME_AND_PASSWORD, _CONNECT = 0, 2, 1
_IPV4, _BY_NAME, _IPV6 = 1, 3, 4


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

        def handle(self) -> None:
            """Greeting, password, destination, then bytes to and fro."""
            agreed = self.four() if self.rfile.read(1) == b"\4" else self.five()
            with socket.create_connection(("127.0.0.1", origin_port)) as origin:
                self.wfile.write(agreed)
                with contextlib.suppress(OSError):
                    relay(self.connection, origin)

        def four(self) -> bytes:
            """The answer to a request of version 4; with 4a its name follows."""
            assert self.rfile.read(1)[0] == _CONNECT
            port, address = int.from_bytes(self.rfile.read(2), "big"), self.rfile.read(4)
            user = self.rest()
            by_name = address.startswith(bytes(3))
            host = self.rest() if by_name else str(ipaddress.ip_address(address))
            log.append((user, "", host, port))
            return b"\0\x5a" + bytes(6)

        def five(self) -> bytes:
            """The answer to a request of version 5; a password is asked for where one is offered."""
            methods = self.rfile.read(self.rfile.read(1)[0])
            method = _NAME_AND_PASSWORD if _NAME_AND_PASSWORD in methods else _NO_PASSWORD
            self.wfile.write(bytes((5, method)))
            user = password = ""
            if method == _NAME_AND_PASSWORD:
                self.rfile.read(1)
                user, password = self.text(), self.text()
                self.wfile.write(b"\1\0")
            assert tuple(self.rfile.read(3)) == (5, _CONNECT, 0)
            kind = self.rfile.read(1)[0]
            if kind == _BY_NAME:
                host = self.text()
            else:
                host = str(ipaddress.ip_address(self.rfile.read({_IPV4: 4, _IPV6: 16}[kind])))
            log.append((user, password, host, int.from_bytes(self.rfile.read(2), "big")))
            return bytes((5, 0, 0, 1)) + bytes(6)

        def text(self) -> str:
            """A text with its length before it."""
            return self.rfile.read(self.rfile.read(1)[0]).decode()

        def rest(self) -> str:
            """A text with a zero after it."""
            return b"".join(iter(lambda: self.rfile.read(1), b"\0")).decode()

    return Handler
