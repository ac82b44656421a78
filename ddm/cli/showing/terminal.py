"""What a terminal can do, as its environment says: one place for all that draw."""

from __future__ import annotations

from collections.abc import Mapping

# Those that cannot move a cursor, nor wipe a line. "" is what cron has.
_DUMB = ("", "dumb", "unknown")


def is_dumb(environ: Mapping[str, str]) -> bool:
    """Whether nothing but lines can be shown."""
    return environ.get("TERM", "") in _DUMB
