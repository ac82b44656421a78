"""The other jobs: a few long files that come at an even pace, whatever else happens."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter

from ddm.spec import JobSpec
from integration.servers.shaper import MIB, Shape

FILES, CONNECTIONS, BYTES_PER_S = 4, 4, 2 * MIB
# Of each file: more than a run fetches, and of no other file.
FILE_BYTES = 1024 * MIB + 4096
SHAPE = Shape(size_bytes=FILE_BYTES, bytes_per_s=BYTES_PER_S, ports=FILES)
WINDOW_S = 0.5


def jobs(urls: Sequence[str], directory: str) -> list[JobSpec]:
    """The jobs that the stream consists of, one for each server."""
    return [
        JobSpec(url, directory, f"stream-{number}.bin", max_segments=CONNECTIONS)
        for number, url in enumerate(urls)
    ]


def windows(samples: Sequence[tuple[float, int]], begin_s: float, end_s: float) -> list[float]:
    """Bytes per second in each window from `begin_s` on that is over by `end_s`."""
    count = int((end_s - begin_s) / WINDOW_S)
    edges = [_at(samples, begin_s + number * WINDOW_S) for number in range(count + 1)]
    return [(late - early) / WINDOW_S for early, late in pairwise(edges)]


def _at(samples: Sequence[tuple[float, int]], when_s: float) -> float:
    """How many bytes there were at a moment between two samples."""
    after = bisect(samples, when_s, key=itemgetter(0))
    (early_s, early), (late_s, late) = samples[after - 1 : after + 1]
    return early + (late - early) * (when_s - early_s) / (late_s - early_s)
