"""Deterministic bytes: a size and a seed always give the same body, no two parts of it alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

_BLOCK_BYTES = 16 << 20


def body(size: int, seed: int = 0) -> bytes:
    """A body of `size` bytes. SHAKE makes hundreds of megabytes a second, and never repeats."""
    return b"".join(_blocks(size, seed))


def write_body(path: Path, size: int, seed: int = 0) -> str:
    """Write the same body to a file, a block at a time; returns its SHA-256 in hex."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for block in _blocks(size, seed):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """A file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _blocks(size: int, seed: int) -> Iterator[bytes]:
    for number, at in enumerate(range(0, size, _BLOCK_BYTES)):
        yield hashlib.shake_128(b"%d/%d" % (seed, number)).digest(min(_BLOCK_BYTES, size - at))
