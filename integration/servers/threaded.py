"""A server of the standard library on a port of its own, for as long as a `with` block lasts."""

from __future__ import annotations

import socketserver
import threading
from types import TracebackType
from typing import Self


class Threaded:
    """Serves in threads, one for each connection; port: where."""

    def __init__(
        self, server: socketserver.ThreadingTCPServer | socketserver.ThreadingUDPServer
    ) -> None:
        self._server = server
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
