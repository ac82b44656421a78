"""The digests of a file, slice by slice, so that a large one does not hold the loop."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ddm.spec import Checksum

# RFC 9530's names and the two older ones that files are still published with; hashlib's names beside them.
ALGORITHMS = {"sha-256": "sha256", "sha-512": "sha512", "sha-1": "sha1", "md5": "md5"}
# What one read takes: the kernel reads ahead, and larger ones only take more memory.
_READ_BYTES = 1 << 20


class FileDigester:
    """Reads an open file from its start. The descriptor stays the caller's. Fits `ports.Digester`."""

    def __init__(self, fd: int, path: str, algorithms: Sequence[str], size_bytes: int) -> None:
        import hashlib  # noqa: PLC0415 - OpenSSL's takes 5 ms to load, which a file without a digest need not pay

        self._fd = fd
        self._path = path
        self._size_bytes = size_bytes
        self._position = 0
        self._hashes = {
            name: hashlib.new(ALGORITHMS[name], usedforsecurity=False) for name in algorithms
        }

    def step(self, slice_bytes: int) -> bool:
        """Read so many bytes more; whether that was the last of them. Raises OSError with the path."""
        stop = min(self._position + slice_bytes, self._size_bytes)
        while self._position < stop:
            try:
                data = os.pread(self._fd, min(_READ_BYTES, stop - self._position), self._position)
            except OSError as error:
                error.filename = self._path
                raise
            if not data:  # somebody cut it; the digest will say so
                self._position = self._size_bytes
                break
            for each in self._hashes.values():
                each.update(data)
            self._position += len(data)
        return self._position >= self._size_bytes

    def found(self) -> tuple[Checksum, ...]:
        """The digests, in the order asked for."""
        return tuple(Checksum(name, each.hexdigest()) for name, each in self._hashes.items())
