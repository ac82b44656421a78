"""Responses that end elsewhere than their heads announced, as failures."""

from __future__ import annotations

from ddm.errors import Exit
from ddm.failures import Failure, Kind


def shortfall(done_bytes: int, size_bytes: int | None, *, head: bool) -> Failure | None:
    """What is missing although libcurl was content. head: whether there was one; size_bytes: None for any."""
    if not head:
        return no_head()
    if size_bytes is not None and done_bytes < size_bytes:
        return too_short(done_bytes, size_bytes)
    return None


def no_head() -> Failure:
    """The connection closed before there was a whole head, and libcurl was content."""
    said = "the connection closed before the end of the response's head"
    return Failure(Kind.BROKEN, said, Exit.NETWORK)


def too_short(done_bytes: int, size_bytes: int) -> Failure:
    """The body ended before all of it was there."""
    said = f"the connection closed after {done_bytes} of {size_bytes} bytes"
    return Failure(Kind.BROKEN, said, Exit.NETWORK)


def too_long(size_bytes: int) -> Failure:
    """The body went on beyond its announced size."""
    said = f"the body is longer than announced ({size_bytes} bytes)"
    return Failure(Kind.BAD_RESPONSE, said, Exit.BAD_RESPONSE)
