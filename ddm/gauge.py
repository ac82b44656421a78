"""The world that `bench` shows the performer: a disk that counts and drops, and a network that is looked at.

Nothing is written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

from ddm.errand import Done
from ddm.failures import Failure, Kind
from ddm.http.name import Addresses
from ddm.http.request import Request
from ddm.http.response import Ask, Expectation
from ddm.ports import Network, NetworkListener, Sink
from ddm.record import PartIdentity
from ddm.spec import Route

# What is no error: the next hop of a redirect, and what was cancelled because enough had come.
_NO_ERROR = {Kind.REDIRECTED, Kind.CANCELLED}
# How a server may say "too many" without a word.
_CUT = {Kind.BROKEN, Kind.UNREACHABLE}


class Nowhere:
    """A disk and its one part file, which counts what is written and drops it. Fits `ports.Disk` and `ports.Part`.

    bytes: since the file was opened, or begun again. size_bytes: how long it will be, None while unknown.
    """

    kept = False
    kept_bytes = 0

    def __init__(self) -> None:
        self.bytes = 0
        self.size_bytes: int | None = None
        self.name = ""
        self.identity = PartIdentity("", 0, 0)

    def open_part(
        self,
        directory: str,
        name: str,
        *,
        exact: bool,
        size_bytes: int | None,
        resume: PartIdentity | None,
        replace: bool = False,
    ) -> Done[Nowhere]:
        """Begin with nothing."""
        del directory, exact, resume, replace
        self.bytes, self.size_bytes, self.name = 0, size_bytes, name
        return Done(lambda: self)

    def lacking_bytes(self, directory: str, name: str, size_bytes: int | None) -> int:
        """There is always room."""
        del directory, name, size_bytes
        return 0

    def is_published(
        self, directory: str, name: str, identity: PartIdentity, *, settle: bool = True
    ) -> bool:
        """Never."""
        del directory, name, identity, settle
        return False

    def remove_files(self, directory: str, name: str, identity: PartIdentity) -> Done[bool]:
        """There are none."""
        del directory, name, identity
        return Done(lambda: False)

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:
        """Count and drop."""
        del offset
        self.bytes += sum(map(len, buffers))

    def sync(self, size_bytes: int | None = None) -> Done[None]:
        """Nothing to do."""
        del size_bytes
        return Done(lambda: None)

    def digest(self, algorithms: Sequence[str], size_bytes: int) -> Unread:
        """What was dropped cannot be read again: whoever measures stops before that matters."""
        del algorithms, size_bytes
        return Unread()

    def publish(self, *, exact: bool, replace: bool = False) -> str:
        """No file, no name."""
        del exact, replace
        return self.name

    def settle(self) -> Done[None]:
        """See `ports.Part`."""
        return Done(lambda: None)

    def close(self) -> None:
        """Nothing to do."""

    def discard(self) -> None:
        """Nothing to do."""


class Unread:
    """Digests that never come. Fits `errand.Errand`."""

    over = False

    def result(self) -> NoReturn:
        """Nobody may ask."""
        raise AssertionError("there is nothing to digest")


class Watched:
    """A network whose transfers are counted. Fits `ports.Network`, and hears as `ports.NetworkListener`.

    offer: the last head that the engine was asked about. used: the most transfers that were under way at once.
    throttled: answers 429 and 503, and transfers that were cut before their first byte beside others. errors: other
    transfers that failed. bore: how many went on when one was throttled, the least that was seen; refusal: the answer
    then, "503" or "reset". url: of the last request, after redirects.
    """

    def __init__(self, network: Network) -> None:
        self.offer: Ask | None = None
        self.used = self.throttled = self.errors = 0
        self.bore: int | None = None
        self.refusal: str | None = None
        self.url = ""
        self._network = network
        self._starts: dict[int, int] = {}  # of those under way, where they began
        self._listener: NetworkListener
        network.listen(self)

    def listen(self, listener: NetworkListener) -> None:
        """See ports.Network."""
        self._listener = listener

    def start(  # noqa: PLR0913  # all that is said of a transfer, by name
        self,
        transfer_id: int,
        request: Request,
        expectation: Expectation,
        sink: Sink | None,
        *,
        job_id: int,
        receive_buffer_bytes: int,
        route: Route,
        shared: bool,
        addresses: tuple[Addresses, ...],
    ) -> None:
        """See ports.Network."""
        self._starts[transfer_id] = expectation.range.start if expectation.range else 0
        self.used = max(self.used, len(self._starts))
        self.url = request.url
        self._network.start(
            transfer_id,
            request,
            expectation,
            sink,
            job_id=job_id,
            receive_buffer_bytes=receive_buffer_bytes,
            route=route,
            shared=shared,
            addresses=addresses,
        )

    def proceed(self, transfer_id: int, sink: Sink, start: int, stop: int | None) -> None:
        """See ports.Network."""
        self._network.proceed(transfer_id, sink, start, stop)

    def cancel(self, transfer_id: int) -> None:
        """See ports.Network."""
        self._network.cancel(transfer_id)

    def shorten(self, transfer_id: int, stop: int) -> int | None:
        """See ports.Network."""
        return self._network.shorten(transfer_id, stop)

    def set_rate(self, job_id: int | None, max_bytes_per_sec: int) -> None:
        """See ports.Network."""
        self._network.set_rate(job_id, max_bytes_per_sec)

    def flush(self) -> Iterator[tuple[int, int]]:
        """See ports.Network."""
        return self._network.flush()

    def on_head(self, transfer_id: int, offer: Ask, http_version: str) -> None:
        """See ports.NetworkListener."""
        self.offer = offer
        self._listener.on_head(transfer_id, offer, http_version)

    def on_end(
        self,
        transfer_id: int,
        position: int,
        failure: Failure | None,
        connect_s: float | None,
        http_version: str | None,
    ) -> None:
        """See ports.NetworkListener."""
        brought = position > self._starts.pop(transfer_id)
        if failure is not None and failure.kind not in _NO_ERROR:
            cut = failure.kind in _CUT and not brought and bool(self._starts)
            if cut or failure.kind is Kind.THROTTLED:
                self.throttled += 1
                self._refused(failure)
            else:
                self.errors += 1
        self._listener.on_end(transfer_id, position, failure, connect_s, http_version)

    def _refused(self, failure: Failure) -> None:
        others = len(self._starts)
        if others and (self.bore is None or others < self.bore):
            self.bore = others
            self.refusal = "reset" if failure.status is None else str(failure.status)
