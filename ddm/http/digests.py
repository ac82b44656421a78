"""Digests of the whole file: what a server vouches for, and what a user knows.

`Repr-Digest` (RFC 9530) and the older `Digest` (RFC 3230) speak of the selected representation: of
the whole file, also in a 206, and of its bytes as they are coded, which is how they are saved.
`Content-Digest` speaks of one message's content and is not looked at.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator

from ddm import redact
from ddm.errors import UsageError
from ddm.http.head import Head
from ddm.spec import Checksum

# RFC 9530 section 4: 10 is what we like best; sha-256 is the cheaper one and just as sure.
WANT_REPR_DIGEST = "sha-256=10, sha-512=9"

# The lengths of the digests, the strongest first.
_LENGTHS_BYTES = {"sha-512": 64, "sha-256": 32, "sha-1": 20, "md5": 16}
# RFC 9530 section 5 calls the others insecure; they come only from servers that know nothing newer.
_OF_REPR_DIGEST = {"sha-512": "sha-512", "sha-256": "sha-256"}
_OF_DIGEST = _OF_REPR_DIGEST | {"sha": "sha-1", "md5": "md5"}
_SPELLINGS = {name.replace("-", ""): name for name in _LENGTHS_BYTES}

# A member of a dictionary (RFC 8941 section 3.2) ends at a comma that stands in no string.
_MEMBER = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)+', re.DOTALL)
_BYTE_SEQUENCE = re.compile(r"([A-Za-z0-9_\-.*]+)=:([^:]*):(?:;.*)?", re.DOTALL)
_CHECKSUM = re.compile(r"\s*([^:=\s]+)[:=](\S*)\s*")
_HEX = re.compile(r"[0-9a-f]*")


def repr_digests(head: Head) -> tuple[Checksum, ...]:
    """What the server says the digests of the whole file are, the strongest first. Never raises.

    What is malformed or unknown is left out, and so is an algorithm with two different values.
    """
    said: dict[str, set[str]] = {}
    for algorithm, encoded in (*_repr_digest(head), *_digest(head)):
        if (digest := _hex(algorithm, encoded)) is not None:
            said.setdefault(algorithm, set()).add(digest)
    agreed = ((name, said[name]) for name in _LENGTHS_BYTES if len(said.get(name, ())) == 1)
    return tuple(Checksum(name, values.pop()) for name, values in agreed)


def parse_checksum(text: str) -> Checksum:
    """The digest that a user gives: "sha-256:9f86...", also "SHA256=9F86...". Raises UsageError."""
    match = _CHECKSUM.fullmatch(text)
    if match is None:
        raise UsageError(f'"{redact.short(text)}" is no checksum: write ALGORITHM:HEX; {_known()}')
    spelling, digest = match[1].lower(), match[2].lower()
    algorithm = _SPELLINGS.get(spelling, spelling)
    length = 2 * _LENGTHS_BYTES.get(algorithm, 0)
    if not length:
        raise UsageError(f'DDM does not know the algorithm "{redact.short(match[1])}"; {_known()}')
    if not _HEX.fullmatch(digest):
        raise UsageError(
            f'a {algorithm} digest is {length} hexadecimal digits, "{redact.short(digest)}" is not'
        )
    if len(digest) != length:
        raise UsageError(
            f"a {algorithm} digest has {length} hexadecimal digits, this one has {len(digest)}"
        )
    return Checksum(algorithm, digest)


def _known() -> str:
    *others, last = sorted(_LENGTHS_BYTES)
    return f"the algorithms are {', '.join(others)} and {last}"


def _repr_digest(head: Head) -> Iterator[tuple[str, str]]:
    """Algorithms and base64 out of "sha-256=:...:, sha-512=:...:" (RFC 9530 section 3)."""
    for value in head.all("repr-digest"):
        for member in _MEMBER.findall(value):
            match = _BYTE_SEQUENCE.fullmatch(member.strip(" \t"))
            if match and (algorithm := _OF_REPR_DIGEST.get(match[1].lower())):
                yield algorithm, match[2]


def _digest(head: Head) -> Iterator[tuple[str, str]]:
    """Algorithms and base64 out of "SHA-256=...,MD5=..." (RFC 3230 section 4.3.2)."""
    for value in head.all("digest"):
        for item in value.split(","):
            name, _, encoded = item.strip(" \t").partition("=")
            if algorithm := _OF_DIGEST.get(name.lower()):
                yield algorithm, encoded


def _hex(algorithm: str, encoded: str) -> str | None:
    """A digest out of its base64; padding may be missing (RFC 8941 section 4.2.7)."""
    try:
        octets = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        return None
    return octets.hex() if len(octets) == _LENGTHS_BYTES[algorithm] else None
