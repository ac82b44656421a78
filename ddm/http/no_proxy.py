"""no_proxy: for which hosts no proxy is used, as libcurl 8.23 reads it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

_BLANKS = re.compile(r"[ \t]+")


def exempts(no_proxy: str, host: str) -> bool:
    """Whether a list of domains and networks, or "*" alone, has this canonical host in it."""
    if no_proxy == "*":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.removesuffix(".")
        return any(_is_domain_of(token, name) for token in _tokens(no_proxy))
    return any(_is_network_of(token, address) for token in _tokens(no_proxy))


def _tokens(no_proxy: str) -> Iterator[str]:
    """What stands between commas. A second word is the end of the list, whatever follows."""
    for item in no_proxy.split(","):
        token, *more = _BLANKS.split(item.strip(" \t"))
        yield token
        if more:
            return


def _is_domain_of(token: str, name: str) -> bool:
    domain = token.removesuffix(".").removeprefix(".").lower()
    return bool(domain) and f".{name}".endswith(f".{domain}")


def _is_network_of(token: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    text, slash, bits = token.partition("/")
    width = address.max_prefixlen
    if slash and not (bits.isascii() and bits.isdecimal() and int(bits) <= width):
        return False
    try:
        network = type(address)(text)
    except ValueError:
        return False
    # To libcurl "/0" is this one address, too.
    kept = int(bits or 0) or width
    return (int(address) ^ int(network)) >> (width - kept) == 0
