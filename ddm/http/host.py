"""The host of a URL in one form: lower case ASCII, numbers as the addresses that they mean."""

from __future__ import annotations

import functools
import ipaddress
import re

_CHARS_MAX = 253  # RFC 1035 section 2.3.4, written with dots
_LABEL = re.compile(r"[a-z0-9_~-]{1,63}")
_LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NUMBER = re.compile(r"0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*")


# A pure function, and thousands of jobs have a handful of hosts.
@functools.lru_cache(maxsize=256)
def canonical_host(text: str) -> str:
    """The host as it is compared, looked up and given to libcurl; IPv6 without its brackets.

    Raises ValueError with the reason, a sentence without the host in it.
    """
    if not text:
        raise ValueError("it has no host")
    if text.startswith("["):
        return _ipv6(text)
    try:
        name = (text if text.isascii() else text.encode("idna").decode("ascii")).lower()
    except UnicodeError:
        raise ValueError("its host is no valid international name") from None
    labels = name.removesuffix(".").split(".")
    if len(name) > _CHARS_MAX or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("its host is no valid name")
    return _ipv4(labels) if _LOOKS_LIKE_A_NUMBER.fullmatch(labels[-1]) else name


def _ipv6(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text[1:-1] if text.endswith("]") else "")
    except ValueError:
        raise ValueError("what stands in brackets is no IPv6 address") from None
    if address.scope_id is not None:
        raise ValueError("an IPv6 address with a zone is not supported")
    return address.compressed


def _ipv4(parts: list[str]) -> str:
    """The usual form of 127.1, 0x7f.0.0.1 and the like; libcurl and inet_aton(3) take them so.

    The last part fills all the bytes that are left.
    """
    value = 0
    for i, part in enumerate(parts, 1):
        bits = 8 if i < len(parts) else 8 * (5 - len(parts))
        if len(parts) > 4 or not _NUMBER.fullmatch(part) or _integer(part) >> bits:
            raise ValueError("its host is no IPv4 address")
        value = value << bits | _integer(part)
    return str(ipaddress.IPv4Address(value))


def _integer(part: str) -> int:
    if part.startswith("0x"):
        return int(part, 16)
    return int(part, 8 if part.startswith("0") else 10)
