"""What one origin has taught, as it is kept between runs."""

from __future__ import annotations

from msgspec import Struct


class Lesson(Struct, frozen=True, omit_defaults=True):
    """What is known of one origin. Times are Unix time in seconds; None is what nobody knows.

    learned_s: when it was last asked. ranges: whether it sends parts. if_range: False where it drops Range when it
    sees If-Range. http_version: what it speaks ("1.1", "2").
    connections: how many at once paid; more did not add to the sum. speed_bps: what they brought together.
    limit: how many requests at once it bore when it refused one more; refusal: with which answer ("503", "reset");
    refused_s: when.
    not_before_s: until when it wants to be left alone (Retry-After, RFC 9110 section 10.2.3).
    small: whether its last files ended with their first request.
    """

    learned_s: float = 0.0
    ranges: bool | None = None
    if_range: bool | None = None
    http_version: str | None = None
    connections: int | None = None
    speed_bps: int | None = None
    limit: int | None = None
    refusal: str | None = None
    refused_s: float | None = None
    not_before_s: float | None = None
    small: bool | None = None
