"""Cutting what is missing into pieces.

Taking the tail of a running request costs its connection and the window of data in flight, so a
request asks for no more than its connection will bring in about two seconds and no more than its
share of what is left; then nearly everybody ends together, and the keep-alive connection goes on
with the next piece. Measurements: docs/performance.md.
"""

from __future__ import annotations

from ddm.byteranges import ByteRange, RangeSet
from ddm.limits import (
    PIECE_ALIGN_BYTES,
    PIECE_FIRST_BYTES,
    PIECE_LEAST_SECONDS,
    PIECE_MIN_BYTES,
    PIECE_REST_BYTES,
    PIECE_ROUND_TRIPS,
    PIECE_SECONDS,
    Limits,
)


def connections_deserved(missing_bytes: int, max_segments: int, limits: Limits) -> int:
    """How many connections so many bytes are worth: one per MiB, `min_segments` once each has 256 KiB."""
    by_size = missing_bytes // PIECE_MIN_BYTES
    at_least = min(limits.min_segments, missing_bytes // PIECE_REST_BYTES)
    return max(1, min(max_segments, max(by_size, at_least)))


def smallest_piece(size_bytes: int, connections: int) -> int:
    """The least a request may ask for: 1 MiB, or an even share of a file too small for that."""
    return min(PIECE_MIN_BYTES, max(PIECE_REST_BYTES, -(-size_bytes // connections)))


def worth_its_request(least_bytes: int, speed_bps: float | None, rtt_s: float | None) -> int:
    """The least to ask for on a connection whose speed and round trip are known.

    Near the end smaller pieces let all connections end together, and are cheap where a round trip is: one
    should last four of them, and 20 ms for the work that a request is.
    """
    if speed_bps is None or rtt_s is None:
        return least_bytes
    lasting = int(speed_bps * max(PIECE_ROUND_TRIPS * rtt_s, PIECE_LEAST_SECONDS))
    return min(least_bytes, max(PIECE_REST_BYTES, lasting))


def next_piece(
    missing: RangeSet, *, connections: int, least_bytes: int, speed_bps: float | None
) -> ByteRange:
    """The piece that the next request should ask for, from the lowest missing offset. `missing` is not empty.

    connections: how many share what is missing. least_bytes: see `smallest_piece`.
    speed_bps: what the connection is expected to bring, None before anything was measured.
    """
    first = next(iter(missing))
    wanted = int(PIECE_SECONDS * speed_bps) if speed_bps else PIECE_FIRST_BYTES
    length = max(least_bytes, min(wanted, missing.total // connections))
    length -= length % PIECE_ALIGN_BYTES if length > PIECE_ALIGN_BYTES else 0
    stop = first.start + length
    return ByteRange(first.start, first.stop if first.stop - stop < PIECE_REST_BYTES else stop)
