"""The least that a program with pycurl could do: a CurlMulti on an epoll of its own, in whatever loop there is.

No queue, no retries, no look at what a server answers beyond its status, no name that appears when the file is whole.
What DDM takes more than this is what DDM costs.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self

import pycurl


class Taker(Protocol):
    """Where a body goes."""

    def __call__(self, data: bytes) -> None:
        """Take what came next."""


class Bare:
    """Fetches URLs, so many at once; has the three doors of a `ddm.Manager`.

    directory: where files go, named by their number; None: what comes is dropped.
    """

    def __init__(self, urls: Sequence[str], at_once: int, directory: Path | None) -> None:
        self.left = len(urls)
        self._urls: Iterator[tuple[int, str]] = iter(enumerate(urls))
        self._directory = directory
        self._epoll = select.epoll()
        self._timer_at: float | None = 0.0
        self._files: dict[pycurl.Curl, int] = {}
        self._multi = multi = pycurl.CurlMulti()
        multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        multi.setopt(pycurl.M_MAXCONNECTS, at_once)
        for _ in range(at_once):
            self._begin(pycurl.Curl())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._multi.close()
        self._epoll.close()

    @property
    def idle(self) -> bool:
        """Whether all is fetched."""
        return not self.left

    def fileno(self) -> int:
        """Readable when there is something to do."""
        return self._epoll.fileno()

    def deadline(self) -> float | None:
        """When libcurl wants a turn."""
        return self._timer_at

    def turn(self, wait_s: float | None = 0.0) -> None:
        """Wait, and do what there is."""
        if self._timer_at is not None:
            left_s = max(0.0, self._timer_at - time.monotonic())
            wait_s = left_s if wait_s is None else min(wait_s, left_s)
        for fd, events in self._epoll.poll(wait_s):
            mask = (pycurl.CSELECT_IN if events & ~select.EPOLLOUT else 0) | (
                pycurl.CSELECT_OUT if events & select.EPOLLOUT else 0
            )
            self._multi.socket_action(fd, mask)
        if self._timer_at is not None and self._timer_at <= time.monotonic():
            self._timer_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._read_results()

    def _read_results(self) -> None:
        left = 1
        while left:
            left, whole, broken = self._multi.info_read()
            if broken:
                raise AssertionError(broken)
            for easy in whole:
                assert easy.getinfo(pycurl.RESPONSE_CODE) == 200
                self._multi.remove_handle(easy)
                self._close(easy)
                self.left -= 1
                self._begin(easy)

    def _begin(self, easy: pycurl.Curl) -> None:
        number, url = next(self._urls, (-1, ""))
        if url:
            easy.setopt(pycurl.URL, url)
            easy.setopt(pycurl.NOSIGNAL, 1)
            easy.setopt(pycurl.WRITEFUNCTION, self._taker(easy, number))
            self._multi.add_handle(easy)

    def _taker(self, easy: pycurl.Curl, number: int) -> Taker:
        if self._directory is None:
            return lambda data: None
        path = self._directory / str(number)
        fd = self._files[easy] = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
        position = 0

        def take(data: bytes) -> None:
            nonlocal position
            position += os.pwrite(fd, data, position)

        return take

    def _close(self, easy: pycurl.Curl) -> None:
        fd = self._files.pop(easy, None)
        if fd is not None:
            os.close(fd)

    def _on_socket(self, what: int, fd: int, _multi: object, watched: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._epoll.unregister(fd)
            return
        events = (select.EPOLLIN if what & pycurl.POLL_IN else 0) | (
            select.EPOLLOUT if what & pycurl.POLL_OUT else 0
        )
        if watched is None:
            self._epoll.register(fd, events)
            self._multi.assign(fd, self)
        else:
            self._epoll.modify(fd, events)

    def _on_timer(self, timeout_ms: int) -> None:
        self._timer_at = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000
