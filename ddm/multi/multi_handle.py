"""libcurl's multi handle on the reactor: its descriptors, and when it wants to be called.

The socket callback watches and unwatches, which touches no curl; the timer callback notes. libcurl
works in `_on_ready`, called by the reactor for each ready descriptor, and in `run_timer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pycurl

from ddm.multi import curl
from ddm.multi.curl_failure import Ending
from ddm.multi.guarded import Interrupt, guarded, guarded_note
from ddm.multi.reactor import Reactor
from ddm.turns import Part


class MultiHandle:
    """A CurlMulti with its descriptors and its one timer.

    timer_at: when libcurl wants `run_timer`, on the reactor's clock; None for never.
    """

    def __init__(
        self,
        reactor: Reactor,
        options: Iterable[tuple[int, int]],
        interrupt: Interrupt,
        *,
        streams: bool = False,
    ) -> None:
        """`options`: (option, value) for setopt, what is to be said about connections (`handles`).

        interrupt: keeps what is raised within a callback. streams: whether transfers share connections.
        """
        self.timer_at: float | None = None
        self._reactor = reactor
        self._watched: set[int] = set()
        self._streams = streams
        self._multi = curl.new_multi()
        # Errors of theirs would end every transfer, or be lost.
        on_socket = guarded_note(self._on_socket, interrupt.keep)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, guarded(self._on_timer, interrupt.keep))
        for option, value in options:
            self._multi.setopt(option, value)

    def add(self, easy: curl.Easy) -> None:
        """Put a transfer on; it begins in the next turn. Raises pycurl.error."""
        self._multi.add_handle(easy)

    def remove(self, easy: curl.Easy) -> None:
        """Take a transfer off. One that has not ended loses its connection, or its stream."""
        self._multi.remove_handle(easy)

    def run_timer(self, now: float) -> None:
        """Let libcurl work if its time has come. Too early is no harm: it asks again."""
        if self.timer_at is not None and self.timer_at <= now:
            self.timer_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def results(self) -> Iterator[tuple[curl.Easy, Ending | None]]:
        """Transfers that ended; None for those that libcurl is content with. Remove each."""
        ended = True
        while ended:
            ended = False
            left = 1
            while left:
                left, whole, broken = self._multi.info_read()
                ended = ended or bool(whole or broken)
                for easy in whole:
                    yield easy, None
                for easy, code, message in broken:
                    yield easy, Ending.of(easy, code, message)
            if not self._streams:
                return
            if ended:
                self._look_again()

    def _look_again(self) -> None:
        """Read what one stream left of a connection when it ended: libcurl 8.23 has it in a buffer and forgets it.

        The descriptor is not ready then, and the answers to others would wait until something more comes.
        """
        for fd in tuple(self._watched):
            self._multi.socket_action(fd, pycurl.CSELECT_IN)

    def close(self) -> None:
        """Close every connection. No transfer may be on it any more."""
        self._multi.close()
        for fd in self._watched:
            self._reactor.unwatch(fd)
        self._watched.clear()
        self.timer_at = None

    def _on_ready(self, fd: int, readable: bool, writable: bool) -> None:  # noqa: FBT001  # as OnReady
        mask = (pycurl.CSELECT_IN if readable else 0) | (pycurl.CSELECT_OUT if writable else 0)
        self._multi.socket_action(fd, mask)

    def _on_socket(self, what: int, fd: int) -> None:
        if what in (pycurl.POLL_REMOVE, pycurl.POLL_NONE):
            self._watched.discard(fd)
            self._reactor.unwatch(fd)
        else:
            self._watched.add(fd)
            read, write = bool(what & pycurl.POLL_IN), bool(what & pycurl.POLL_OUT)
            self._reactor.watch(
                fd, read=read, write=write, callback=self._on_ready, part=Part.NETWORK
            )

    def _on_timer(self, timeout_ms: int) -> None:
        self.timer_at = None if timeout_ms < 0 else self._reactor.now + timeout_ms / 1000
