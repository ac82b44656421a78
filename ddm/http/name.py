"""What is looked up before a connection: a host and its port, and the addresses that they lead to."""

from __future__ import annotations

import ipaddress

from msgspec import Struct


class Name(Struct, frozen=True):
    """What a connection is made to. host: canonical (`host`); an address is a name, too, one that leads to itself."""

    host: str
    port: int


class Addresses(Struct, frozen=True):
    """Where a name leads. addresses: numeric, best first, IPv6 without brackets and without a zone."""

    host: str
    port: int
    addresses: tuple[str, ...]


def own_addresses(host: str) -> tuple[str, ...]:
    """The addresses of a host that nobody needs to be asked for: its own, or loopback's; none for other names."""
    if is_numeric(host):
        return (host,)
    # RFC 6761 section 6.3: never asked of a server. libcurl takes both, in this order.
    if f".{host.removesuffix('.')}".endswith(".localhost"):
        return ("::1", "127.0.0.1")
    return ()


def is_numeric(host: str) -> bool:
    """Whether a host is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
