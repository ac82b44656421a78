"""What libcurl says when a transfer fails, as a Failure.

It says a code (`curl_codes`), the errno of the system and a message. A cause that a callback kept
(a full disk, an answer that was refused) goes before all of this: the transfer sees to it.
"""

from __future__ import annotations

import errno
import os
import re

import pycurl
from msgspec import Struct

from ddm import redact
from ddm.errors import Exit, UsageError
from ddm.failures import Failure, Kind
from ddm.http import url as urls
from ddm.multi.curl import Easy, connect_s
from ddm.multi.curl_codes import KINDS

_EXITS = {
    Kind.UNRESOLVED: Exit.NAME_RESOLUTION,
    Kind.UNREACHABLE: Exit.NETWORK,
    Kind.STALLED: Exit.TOO_SLOW,
    Kind.THROTTLED: Exit.OVERLOADED,
    Kind.BROKEN: Exit.NETWORK,
    Kind.TLS: Exit.TLS,
    Kind.UNTRUSTED: Exit.TLS,
    Kind.BAD_RESPONSE: Exit.BAD_RESPONSE,
    Kind.INTERNAL: Exit.UNEXPECTED,
}
_TIMED_OUT = 28
# What libcurl says of a chunk size that is no number, and of a chunk that does not end where it should.
_CHUNKS = re.compile(r"chunk |.*chunked-encoding")
# What it says where a look-up was refused (`options.refuse_look_up`).
_LOOK_UP = re.compile(r"Error 42 resolving (.*):[0-9]+")
# How a server says over HTTP/2 what is a 429 (RFC 9113 section 7); libcurl names it in its message alone.
_TOO_MUCH = "ENHANCE_YOUR_CALM"
_RESETS = (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ETIMEDOUT)


class Ending(Struct, frozen=True):
    """How libcurl says a transfer ended.

    code: CURLcode. message: the error buffer. os_errno: CURLINFO_OS_ERRNO, 0 if there was none.
    connected: whether the connection, with its TLS, stood.
    """

    code: int
    message: str
    os_errno: int = 0
    connected: bool = False

    @classmethod
    def of(cls, easy: Easy, code: int, message: str) -> Ending:
        """The ending of a handle that is not closed yet."""
        over_tls = str(easy.getinfo(pycurl.EFFECTIVE_URL)).startswith("https:")
        took_s = connect_s(easy)
        handshake_missing = over_tls and took_s and not easy.getinfo(pycurl.APPCONNECT_TIME)
        return cls(
            code,
            message,
            os_errno=easy.getinfo(pycurl.OS_ERRNO),
            connected=took_s is not None and not handshake_missing,
        )


def from_curl(ending: Ending, url: str) -> Failure:
    """The failure that it is; `url` is what was asked for."""
    kind = _kind(ending)
    if ending.code == pycurl.E_ABORTED_BY_CALLBACK and (
        asked := _LOOK_UP.fullmatch(ending.message)
    ):
        said = f"a bug in DDM: libcurl wanted to look up {asked[1]} by itself"
        return Failure(kind, said, _EXITS[kind])
    host, server = _names(url)
    message = redact.text(ending.message or f"libcurl's error {ending.code}")
    match kind:
        case Kind.UNRESOLVED:
            said = f"the name {host} could not be resolved; check it, and that the network is up"
        case Kind.UNREACHABLE:
            said = f"could not connect to {server}: {_why_unreachable(ending, message)}"
        case Kind.STALLED:
            said = f"{server} sent nothing, or next to nothing, for too long"
        case Kind.THROTTLED:
            said = f"{server} wants to be asked less: {message}"
        case Kind.BROKEN:
            said = f"the connection to {server} broke: {message}"
        case Kind.TLS:
            said = f"no TLS with {server}: {message}"
        case Kind.UNTRUSTED:
            said = (
                f"the certificate of {host} is not trusted: {message}; "
                "if you know its authority, name a file with it with --cacert"
            )
        case Kind.BAD_RESPONSE:
            said = f"the answer of {server} makes no sense: {message}"
        case _:
            said = f"libcurl failed with error {ending.code}: {message}"
    code = Exit.TOO_SLOW if ending.code == _TIMED_OUT else _EXITS[kind]
    return Failure(kind, said, code)


def _kind(ending: Ending) -> Kind:
    kind = KINDS.get(ending.code, Kind.INTERNAL)
    if ending.code == _TIMED_OUT and ending.connected:
        return Kind.STALLED
    if kind is Kind.BROKEN and _TOO_MUCH in ending.message:
        return Kind.THROTTLED
    if kind is Kind.BROKEN and _CHUNKS.match(ending.message):
        return Kind.BAD_RESPONSE  # libcurl calls chunks that make no sense a failure to receive
    if kind is Kind.TLS and ending.os_errno in _RESETS:
        return Kind.BROKEN  # the peer hung up during the handshake, as an overloaded one does
    return kind


def _why_unreachable(ending: Ending, message: str) -> str:
    if "proxy" in message or "CONNECT" in message:
        return f"{message}; check --proxy, and http_proxy, https_proxy and all_proxy in the environment"
    if ending.code == _TIMED_OUT:
        return "no answer in time"
    return os.strerror(ending.os_errno) if ending.os_errno else message


def _names(url: str) -> tuple[str, str]:
    """The host, and the host with its port, in words."""
    try:
        parsed = urls.parse(url)
    except UsageError:
        return redact.url(url), redact.url(url)
    return parsed.host, f"{parsed.host} port {parsed.port}"
