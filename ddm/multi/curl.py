"""The shape of the part of pycurl that DDM uses; pycurl's own stubs say nothing.

Callbacks get and return what libcurl documents for their C form: None or 0 means "go on" for all of
them.
"""

from __future__ import annotations

from typing import Any, Protocol

import pycurl


class Easy(Protocol):
    """One transfer's handle: pycurl.Curl."""

    def setopt(self, option: int, value: object) -> None:
        """Set an option. Raises pycurl.error, TypeError or ValueError."""

    def getinfo(self, info: int) -> Any:
        """Ask about the transfer; the type is the info's."""

    def pause(self, bitmask: int) -> None:
        """Pause or continue, which calls the body callback from within. Raises pycurl.error."""

    def close(self) -> None:
        """Free it, and forget its callbacks."""


class Multi(Protocol):
    """All transfers together: pycurl.CurlMulti."""

    def setopt(self, option: int, value: object) -> None:
        """Set an option. Raises pycurl.error."""

    def add_handle(self, easy: Easy) -> None:
        """Put a transfer on; only the timer callback is called. Raises pycurl.error."""

    def remove_handle(self, easy: Easy) -> None:
        """Take a transfer off; a result that was not read is lost. Raises pycurl.error."""

    def socket_action(self, fd: int, mask: int) -> tuple[int, int]:
        """Let libcurl work on a descriptor, or on its timer; this is where callbacks are called."""

    def info_read(self) -> tuple[int, list[Easy], list[tuple[Easy, int, str]]]:
        """How many results are left, transfers that ended well, others with code and message."""

    def close(self) -> None:
        """Close every connection."""


def new_easy() -> Easy:
    """A fresh handle. Fresh ones cost 10 us more than reused ones, and carry no old options."""
    easy: Easy = pycurl.Curl()
    return easy


def new_multi() -> Multi:
    """A fresh multi handle."""
    multi: Multi = pycurl.CurlMulti()
    return multi


def connect_s(easy: Easy) -> float | None:
    """Seconds that the connection took: 0 for one that was there already, None if there is none."""
    if not easy.getinfo(pycurl.PRIMARY_IP):
        return None
    return float(easy.getinfo(pycurl.CONNECT_TIME)) if easy.getinfo(pycurl.NUM_CONNECTS) else 0.0
