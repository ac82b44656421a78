"""Transfers that are to begin: some in each turn, so that not all connect and shake hands in one.

64 that began together held libcurl for 14 ms, in one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pycurl

from ddm import redact
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.multi import curl
from ddm.multi.guarded import guarded
from ddm.multi.handles import Handles
from ddm.multi.options import TransferOptions
from ddm.multi.transfer import Transfer


class Starts:
    """Those that are not on libcurl yet, in their order."""

    def __init__(self, multi: Handles, spent: Callable[[], bool]) -> None:
        """Spent: whether the others are to begin in the next turn."""
        self._multi = multi
        self._spent = spent
        self._waiting: dict[int, tuple[Transfer, TransferOptions]] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __contains__(self, transfer_id: int) -> bool:
        return transfer_id in self._waiting

    def add(self, transfer: Transfer, options: TransferOptions) -> None:
        """Let one begin in a later turn."""
        self._waiting[transfer.id] = transfer, options

    def take_back(self, transfer_id: int) -> bool:
        """Let one not begin; whether it was there."""
        return self._waiting.pop(transfer_id, None) is not None

    def begin(self, now: float) -> Iterator[Transfer]:
        """Those that begin in this turn, at least one: on libcurl, which works on each, or failed."""
        while self._waiting:
            transfer, options = self._waiting.pop(next(iter(self._waiting)))
            self._put_on(transfer, options)
            yield transfer
            self._multi.run_timer(now)
            if self._spent():
                return

    def clear(self) -> None:
        """Forget them all."""
        self._waiting.clear()

    def _put_on(self, transfer: Transfer, options: TransferOptions) -> None:
        easy = curl.new_easy()
        try:
            for option, value in options.pairs():
                easy.setopt(option, value)
            on_header = guarded(transfer.on_header, transfer.abort_for)
            easy.setopt(pycurl.HEADERFUNCTION, on_header)
            easy.setopt(pycurl.WRITEFUNCTION, guarded(transfer.on_body, transfer.abort_for))
            self._multi.add(easy, shared=options.shared)
        except (pycurl.error, TypeError, ValueError) as error:
            easy.close()
            said = f"libcurl refused to start a transfer: {redact.text(str(error))}"
            transfer.fail(Failure(Kind.INTERNAL, said, Exit.UNEXPECTED))
        else:
            transfer.easy = easy
