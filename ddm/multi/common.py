"""What holds for every transfer of this house: whom it trusts, how it connects, how much it reads at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property

from ddm.http.name import Addresses
from ddm.http.request import Request
from ddm.limits import RECEIVE_BUFFER_ALONE_BYTES, RECEIVE_BUFFER_SHARED_BYTES, Limits
from ddm.multi.authorities import Authorities, find_authorities
from ddm.multi.options import TransferOptions, wide_window_possible
from ddm.spec import Route


class Common:
    """Makes the options of a transfer.

    gentle: asked whether somebody waits for the ends of turns, so that a fast transfer should not read so much at
    once.
    """

    def __init__(self, limits: Limits) -> None:
        self.gentle: Callable[[], bool] = _never
        self._limits = limits
        self._wide_window_possible = wide_window_possible()

    @cached_property
    def authorities(self) -> Authorities:
        """Whom TLS trusts, looked up when that is asked first."""
        return find_authorities(os.environ)

    def options(
        self,
        request: Request,
        route: Route,
        receive_buffer_bytes: int,
        *,
        shared: bool,
        addresses: tuple[Addresses, ...],
    ) -> TransferOptions:
        """Those of one transfer. Where no TLS is spoken it is not asked whom to trust."""
        wide = self._wide_window_possible and receive_buffer_bytes == RECEIVE_BUFFER_ALONE_BYTES
        if self.gentle():
            receive_buffer_bytes = min(receive_buffer_bytes, RECEIVE_BUFFER_SHARED_BYTES)
        secure = any((url or "").startswith("https:") for url in (request.url, route.proxy))
        return TransferOptions(
            request,
            receive_buffer_bytes,
            connect_timeout_s=self._limits.connect_timeout_secs,
            wide_window=wide,
            authorities=self.authorities if secure else Authorities(),
            route=route,
            shared=shared,
            addresses=addresses,
        )


def _never() -> bool:
    return False
