"""What one trial of a behaviour has in common: the file, the origins, the requests that came."""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from dataclasses import dataclass, field

from integration.servers.bodies import body

# Every body of the suite is the beginning of one of these.
_POOL_BYTES = 4 << 20
_POOL = {name: body(_POOL_BYTES, seed) for seed, name in enumerate(("old", "new"))}


@dataclass(frozen=True)
class Logged:
    """One request as it came. origin: which listener. headers: names in lower case."""

    origin: str
    connection: int
    run: int
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]


@dataclass
class Scene:
    """One trial.

    size: of the file. urls: the base of each origin. run: which run of the command, from 1.
    active: how many requests are being answered.
    """

    name: str
    size: int
    urls: dict[str, str] = field(default_factory=dict)
    run: int = 1
    active: int = 0
    connections: int = 0
    log: list[Logged] = field(default_factory=list)
    tally: Counter[object] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopping: threading.Event = field(default_factory=threading.Event)

    def count(self, key: object) -> int:
        """How often this was asked with this key, this time included."""
        with self.lock:
            self.tally[key] += 1
            return self.tally[key]

    def content(self, which: str = "old", size: int | None = None) -> bytes:
        """The file, or what takes its place ("new"); different for every behaviour."""
        size = self.size if size is None else size
        start = zlib.crc32(self.name.encode()) % (_POOL_BYTES - size)
        return _POOL[which][start : start + size]
