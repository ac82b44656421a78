"""Everything that libcurl is told about one transfer, each option with its reason.

Nothing is left to a default that a build of libcurl may have chosen otherwise, nor to the environment: which proxy
it names has been decided before (`http.proxy`).
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pycurl
from msgspec import Struct

from ddm.http.name import Addresses
from ddm.http.request import Request
from ddm.multi.authorities import Authorities
from ddm.spec import Route

# Full speed 0.1 to 0.2 s sooner over a long path, and a sixth less CPU on a short one.
WIDE_WINDOW_BYTES = 4 << 20
_RECEIVE_WINDOW_MAX = "/proc/sys/net/core/rmem_max"

# CURLOPT_SUPPRESS_CONNECT_HEADERS; pycurl has no name for it, but takes the number.
_SUPPRESS_CONNECT_HEADERS = 265

# libcurl adds these by itself, unless it is told of an empty one.
_LIBCURL_FIELDS = ("Accept", "User-Agent")


_CA_OPTIONS = (
    (pycurl.CAINFO, pycurl.CAPATH),
    (pycurl.PROXY_CAINFO, pycurl.PROXY_CAPATH),
)


class TransferOptions(Struct, frozen=True):
    """What differs from transfer to transfer, and what the house knows.

    wide_window: ask for a large receive window before connecting (see `wide_window_possible`).
    authorities: whom to trust where the user named no file.
    route: what the user said about proxy and certificates. shared: whether it may be a stream of an HTTP/2
    connection that others use, too. addresses: where the names lead that libcurl needs for this.
    """

    request: Request
    receive_buffer_bytes: int
    connect_timeout_s: float
    wide_window: bool
    authorities: Authorities
    route: Route
    shared: bool
    addresses: tuple[Addresses, ...] = ()

    def pairs(self) -> Iterator[tuple[int, object]]:
        """(option, value) for setopt."""
        yield from self._request()
        yield from self._connection()
        yield from self._names()
        yield from self._refused()

    def _request(self) -> Iterator[tuple[int, object]]:
        yield pycurl.URL, self.request.url
        # The URL is canonical already; a second opinion about "/../" would ask for something else.
        yield pycurl.PATH_AS_IS, 1
        yield pycurl.HTTPHEADER, header_lines(self.request.headers)
        # What is meant for the origin is not told to a proxy.
        yield pycurl.HEADEROPT, pycurl.HEADER_SEPARATE
        if self.shared:
            # Asked for in the TLS handshake (ALPN); a server that does not know it speaks HTTP/1.1.
            yield pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS
            # A connection that is being made is waited for: it may have room for all.
            yield pycurl.PIPEWAIT, 1
        else:
            # On HTTP/2 all ranges would share one connection and its congestion window.
            yield pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1
        # Redirects are the core's: libcurl would follow to ftp and send custom fields to strangers.
        yield pycurl.FOLLOWLOCATION, 0
        # The head of a proxy's answer to CONNECT is not the head of a response.
        yield _SUPPRESS_CONNECT_HEADERS, 1

    def _connection(self) -> Iterator[tuple[int, object]]:
        # No SIGALRM, no SIGPIPE handling behind our back.
        yield pycurl.NOSIGNAL, 1
        # One action reads up to 11 times this per transfer; see limits.RECEIVE_BUFFER_*.
        yield pycurl.BUFFERSIZE, self.receive_buffer_bytes
        # Covers connection and TLS handshake.
        yield pycurl.CONNECTTIMEOUT_MS, max(1, round(self.connect_timeout_s * 1000))
        # No LOW_SPEED_LIMIT, no TIMEOUT: whether a transfer has stalled is the core's to say.
        # A request is one small packet: nothing to wait for.
        yield pycurl.TCP_NODELAY, 1
        # A peer that vanished is noticed while a body is paused, too.
        yield pycurl.TCP_KEEPALIVE, 1
        yield pycurl.SSL_VERIFYPEER, 0 if self.route.insecure else 1
        yield pycurl.SSL_VERIFYHOST, 0 if self.route.insecure else 2
        yield from self._trusted()
        # Both empty keep libcurl from reading the environment.
        yield pycurl.PROXY, self.route.proxy or ""
        yield pycurl.NOPROXY, ""
        if self.wide_window:
            yield pycurl.SOCKOPTFUNCTION, widen_window

    def _trusted(self) -> Iterator[tuple[int, object]]:
        # An https proxy has to show a trusted certificate, too; --insecure is about the server's.
        named, known = self.route.ca_file, self.authorities
        if named is None and known.directory is not None:
            for file, directory in _CA_OPTIONS:
                # libcurl's own file, which may not be there, goes away: both together would be read.
                yield file, None
                yield directory, known.directory
        elif (ca_file := named or known.file) is not None:
            for file, _ in _CA_OPTIONS:
                yield file, ca_file

    def _names(self) -> Iterator[tuple[int, object]]:
        # All of them, so that libcurl can race IPv6 against IPv4. What is said here replaces what the multi handle
        # knew, and holds until it is replaced: how old an address may be is the core's to say.
        yield pycurl.RESOLVE, [resolve_entry(known) for known in self.addresses]
        # A name that was forgotten is an error: libcurl would start threads for it, and closing waits for those.
        yield pycurl.RESOLVER_START_FUNCTION, refuse_look_up

    def _refused(self) -> Iterator[tuple[int, object]]:
        # No file://, no ftp://, whatever the URL says.
        yield pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
        yield pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
        # A body without a head cannot be judged.
        yield pycurl.HTTP09_ALLOWED, 0
        # Credentials come from the user's word for this job alone.
        yield pycurl.NETRC, pycurl.NETRC_IGNORED
        # Never set: ACCEPT_ENCODING, for decoded bytes have no offsets; IGNORE_CONTENT_LENGTH, for
        # a short body is a failure.


def header_lines(fields: tuple[tuple[str, str], ...]) -> list[bytes]:
    """The request's fields as libcurl wants them, and its own additions switched off."""
    lines = [
        # "Name:" would take the field away; "Name;" sends it empty.
        (f"{name}: {value}" if value else f"{name};").encode("utf-8", "surrogateescape")
        for name, value in fields
    ]
    given = {name.lower() for name, _ in fields}
    lines += [f"{name}:".encode() for name in _LIBCURL_FIELDS if name.lower() not in given]
    return lines


def resolve_entry(known: Addresses) -> str:
    """host:port:address,address for CURLOPT_RESOLVE."""
    addresses = ",".join(map(_bracketed, known.addresses))
    return f"{_bracketed(known.host)}:{known.port}:{addresses}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def refuse_look_up(*_: object) -> int:
    """RESOLVER_START_FUNCTION: no. The transfer fails with CURLE 42 and the name in its message."""
    return 1


def widen_window(fd: int, _purpose: int) -> int:
    """SOCKOPTFUNCTION: ask for a large receive window on a socket that is not connected yet."""
    try:
        borrowed = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=fd)
        try:
            borrowed.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WIDE_WINDOW_BYTES)
        finally:
            borrowed.detach()
    except OSError:
        pass  # it goes on with the window it has
    return int(pycurl.SOCKOPT_OK)


def wide_window_possible(path: str = _RECEIVE_WINDOW_MAX) -> bool:
    """Whether the kernel would grant the wide window.

    A smaller maximum cuts the window to it and switches auto-tuning off: 212,992 bytes, the usual
    one, is 2.6 MB/s over 80 ms.
    """
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123  # no need of pathlib
            return int(file.read()) >= WIDE_WINDOW_BYTES
    except (OSError, ValueError):
        return False
