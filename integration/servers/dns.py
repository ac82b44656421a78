"""A small DNS server (RFC 1035): a zone of addresses, names that it does not know, and some it never answers for."""

from __future__ import annotations

import ipaddress
import socketserver
import struct
from collections import Counter
from collections.abc import Mapping

from integration.servers.threaded import Threaded

ADDRESS = "127.0.0.153"
RESOLV_CONF = f"nameserver {ADDRESS}\noptions timeout:2 attempts:2\n"
_PORT = 53
_TYPES = {1: "A", 28: "AAAA"}
_VERSIONS = {"A": 4, "AAAA": 6}
_ANSWER, _NO_SUCH_NAME = 0x8180, 0x8183
_TTL_S = 60


class DnsServer(Threaded):
    """A running server. queries: how often each (name, type) was asked for.

    zone: the addresses of a name; None for one whose queries are dropped. A test may change it.
    """

    def __init__(self, zone: Mapping[str, tuple[str, ...] | None]) -> None:
        self.zone = dict(zone)
        self.queries: Counter[tuple[str, str]] = Counter()
        handler = _handler(self.zone, self.queries)
        super().__init__(socketserver.ThreadingUDPServer((ADDRESS, _PORT), handler))


def _handler(
    zone: dict[str, tuple[str, ...] | None], queries: Counter[tuple[str, str]]
) -> type[socketserver.DatagramRequestHandler]:
    class Handler(socketserver.DatagramRequestHandler):
        def handle(self) -> None:
            """Answer one query, or drop it."""
            query = self.rfile.read()
            name, end = _name(query)
            wanted = _TYPES.get(struct.unpack_from("!H", query, end)[0], "another")
            queries[name, wanted] += 1
            addresses = zone.get(name, ())
            if addresses is None:
                return
            records = [_record(text) for text in addresses if _fits(text, wanted)]
            flags = _ANSWER if name in zone else _NO_SUCH_NAME
            head = struct.pack("!2sHHHHH", query[:2], flags, 1, len(records), 0, 0)
            self.wfile.write(head + query[12 : end + 4] + b"".join(records))

        def finish(self) -> None:
            """Send what was answered; nothing where the query is dropped."""
            if self.wfile.getvalue():
                super().finish()

    return Handler


def _name(query: bytes) -> tuple[str, int]:
    """The name that is asked for, and where it ends."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode().lower())
        at += 1 + length
    return ".".join(labels), at + 1


def _fits(address: str, wanted: str) -> bool:
    return ipaddress.ip_address(address).version == _VERSIONS.get(wanted)


def _record(address: str) -> bytes:
    """An answer about the name at offset 12."""
    packed = ipaddress.ip_address(address).packed
    kind = 1 if len(packed) == 4 else 28
    return struct.pack("!HHHIH", 0xC00C, kind, 1, _TTL_S, len(packed)) + packed
