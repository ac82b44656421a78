"""Files of digests: SHA256SUMS and the like, as coreutils, BSD and OpenSSL write them.

    2cf24dba...  name            GNU; before the name " " or "*"
    SHA256 (name) = 2cf24dba...  BSD, also `sha256sum --tag`; "SHA2-256(name)= 2cf24dba..." is OpenSSL's
    2cf24dba...                  a digest alone: of the one file that it lies beside

What is none of these is passed over: signatures, comments, digests that DDM cannot compute. The files come from
servers: names are only compared here, never opened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from msgspec import Struct

from ddm import redact
from ddm.errors import UsageError
from ddm.spec import Checksum

# Debian's largest list, of an archive's contents, has 10 MiB; a line has a name of 4096 bytes at most, each escaped.
FILE_BYTES_MAX = 32 << 20
LINE_BYTES_MAX = 16 << 10
SUMS_MAX = 500_000

# By the number of hexadecimal digits, the weakest first.
_BY_LENGTH = {32: "md5", 40: "sha-1", 64: "sha-256", 128: "sha-512"}
_BY_TAG = {
    b"MD5": "md5",
    b"SHA1": "sha-1",
    b"SHA256": "sha-256",
    b"SHA512": "sha-512",
    b"SHA2-256": "sha-256",
    b"SHA2-512": "sha-512",
}
_STRENGTH = {algorithm: rank for rank, algorithm in enumerate(_BY_LENGTH.values())}

_GNU = re.compile(rb"[ \t]*(\\?)([0-9A-Fa-f]{32,128}) [ *](.+)", re.DOTALL)
_LAX = re.compile(rb"[ \t]*(\\?)([0-9A-Fa-f]{32,128})[ \t](.+)", re.DOTALL)
_BSD = re.compile(
    rb"[ \t]*(\\?)([A-Z0-9/-]{1,16}) ?\((.+)\) ?= ?([0-9A-Fa-f]{32,128})[ \t]*", re.DOTALL
)
_ALONE = re.compile(rb"[ \t]*([0-9A-Fa-f]{32,128})[ \t]*")
_ESCAPE = re.compile(rb"\\(.?)", re.DOTALL)
_ESCAPED = {b"\\": b"\\", b"n": b"\n", b"r": b"\r"}


class Sum(Struct, frozen=True):
    """One line. name: as it stands there, perhaps with directories; "" for a digest alone."""

    name: str
    checksum: Checksum


def read(file: BinaryIO) -> list[Sum]:
    """The digests of an open file. Raises UsageError if it is too long."""
    data = file.read(FILE_BYTES_MAX + 1)
    if len(data) > FILE_BYTES_MAX:
        raise UsageError(f"a file of digests has {FILE_BYTES_MAX >> 20} MiB at most, this one more")
    return parse(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"))


def parse(lines: Iterable[bytes]) -> list[Sum]:
    """The digests of these lines, in their order; lines that are no digests are left out. Raises UsageError."""
    found = []
    for line in lines:
        if (one := _sum(line.rstrip(b"\r\n"))) is not None:
            found.append(one)
            if len(found) > SUMS_MAX:
                raise UsageError(f"a file of digests has {SUMS_MAX} lines at most, this one more")
    return found


def find(sums: Iterable[Sum], name: str) -> Checksum | None:
    """The strongest digest of the file of this name, None if there is none.

    A line that has the very name goes before those that only end with it after a "/". A digest alone is of any file,
    if it is the only one. Raises UsageError if lines contradict each other.
    """
    among = list(sums)
    if len(among) == 1 and not among[0].name:
        return among[0].checksum
    base = _base(name)
    of_it = [each.checksum for each in among if each.name == name] or [
        each.checksum for each in among if each.name and _base(each.name) == base
    ]
    if not of_it:
        return None
    algorithm = max((each.algorithm for each in of_it), key=_STRENGTH.__getitem__)
    strongest = {each for each in of_it if each.algorithm == algorithm}
    if len(strongest) > 1:
        raise UsageError(f"there are several {algorithm} digests of {redact.short(base)}")
    return strongest.pop()


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _sum(line: bytes) -> Sum | None:
    if len(line) > LINE_BYTES_MAX:
        return None
    for escaped, algorithm, name, digits in _readings(line):
        if len(digits) in _BY_LENGTH and algorithm in (None, _BY_LENGTH[len(digits)]):
            plain = _unescaped(name) if escaped else name
            if plain is not None and b"\0" not in plain:
                checksum = Checksum(_BY_LENGTH[len(digits)], digits.decode("ascii").lower())
                return Sum(os.fsdecode(plain), checksum)
    return None


def _readings(line: bytes) -> Iterator[tuple[bytes, str | None, bytes, bytes]]:
    """What a line may be: whether its name is escaped, the algorithm that it names, its name and its digits."""
    if match := _BSD.fullmatch(line):
        yield match[1], _BY_TAG.get(match[2], "another"), match[3], match[4]
    elif match := _GNU.fullmatch(line):  # whose name may be nothing but blanks
        yield match[1], None, match[3], match[2]
    elif match := _ALONE.fullmatch(line):
        yield b"", None, b"", match[1]
    elif match := _LAX.fullmatch(line):
        yield match[1], None, match[3], match[2]


def _unescaped(name: bytes) -> bytes | None:
    r"""A name as coreutils escapes it (\\, \n, \r); None if it is none."""
    if any(match[1] not in _ESCAPED for match in _ESCAPE.finditer(name)):
        return None
    return _ESCAPE.sub(lambda match: _ESCAPED[match[1]], name)
