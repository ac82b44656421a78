"""What simulated servers serve: bodies that are computed, and files that change.

A body is one random block of a prime length, repeated. Offsets that engines mix up differ by a
little or by multiples of a power of two, and those are no multiples of the prime, so shifted or
mixed bytes never look right by chance.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from functools import cached_property

_BLOCK_BYTES = 65521
_TAPE_BYTES = 256 * 1024 + _BLOCK_BYTES


class Body:
    """`size` bytes that depend on `key` and their offset alone.

    flip_at: the byte that comes with a flipped bit where the way to the client spoils something.
    """

    def __init__(self, key: str, size: int) -> None:
        self.size = size
        self.flip_at = size // 3
        block = random.Random(key).randbytes(_BLOCK_BYTES)  # noqa: S311 - a scripted world, no secrets
        self._tape = block * (_TAPE_BYTES // _BLOCK_BYTES + 1)

    @cached_property
    def sha256(self) -> bytes:
        """Its digest."""
        return hashlib.sha256(self.read(0, self.size)).digest()

    def flipped(self, data: bytes, offset: int) -> bytes:
        """`data`, which begins at `offset`, with that bit flipped, if it is in there."""
        at = self.flip_at - offset
        if not 0 <= at < len(data):
            return data
        return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from start to stop. Beyond `size` the pattern goes on, for servers that send too much."""
        at = start % _BLOCK_BYTES
        if at + stop - start <= len(self._tape):
            return self._tape[at : at + stop - start]
        repeats = (at + stop - start) // _BLOCK_BYTES + 1
        return (self._tape[:_BLOCK_BYTES] * repeats)[at : at + stop - start]

    def holds(self, data: bytes, offset: int) -> bool:
        """Whether `data` is what the body has at `offset`."""
        if offset + len(data) > self.size or data[:16] != self.read(
            offset, offset + len(data[:16])
        ):
            return False
        return data == self.read(offset, offset + len(data))


class GivenBody(Body):
    """These bytes, and zeros beyond them."""

    def __init__(self, content: bytes) -> None:
        self.size = len(content)
        self.flip_at = self.size // 3
        self._content = content

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from start to stop."""
        return self._content[start:stop].ljust(stop - start, b"\0")


@dataclass(frozen=True, slots=True)
class Version:
    """A body and the validators a server gives it."""

    body: Body
    etag: str | None
    last_modified: str | None

    @property
    def strong(self) -> bool:
        """Whether parts of it may be joined over runs by its ETag."""
        return self.etag is not None and not self.etag.startswith("W/")
