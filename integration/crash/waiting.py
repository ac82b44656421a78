"""Waiting for something that nobody announces: looked at often, until a deadline. The only place that sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable

_LOOK_EVERY_S = 0.01


def until(holds: Callable[[], object], what: str, timeout_s: float = 30) -> float:
    """Wait until it holds; the seconds it took. Raises AssertionError that says what never came."""
    began_s = time.monotonic()
    while not holds():
        assert time.monotonic() - began_s < timeout_s, f"not in {timeout_s} s: {what}"
        time.sleep(_LOOK_EVERY_S)
    return time.monotonic() - began_s
