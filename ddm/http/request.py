"""The request of one hop: which origin may see what.

libcurl follows no redirect here, because it would take a custom header such as X-Api-Key to
whatever host a Location names. Each hop's fields are built anew, and what the user gave goes to the
user's own origin alone: scheme, host and port.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable

from msgspec import Struct

from ddm import redact
from ddm.byteranges import ByteRange
from ddm.errors import UsageError
from ddm.http.digests import WANT_REPR_DIGEST
from ddm.http.fields import check_field, range_field
from ddm.http.representation import Representation
from ddm.http.url import URL, percent_decoded

Fields = tuple[tuple[str, str], ...]

# What DDM decides itself: which bytes, of which version, in which coding, from whom, over which
# connection. A 304 or 412 to a condition of the user's would mean nothing to DDM.
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class Request(Struct, frozen=True):
    """What libcurl is given for one GET.

    url: the canonical form of `http.url`, without userinfo and fragment.
    headers: every field we set, in order; each checked to be free of CR, LF and NUL.
    """

    url: str
    headers: Fields

    def __repr__(self) -> str:
        """For the log and tracebacks: without secrets."""
        return f"Request({redact.url(self.url)!r}, {redact.headers(self.headers)!r})"


def check_headers(headers: Iterable[tuple[str, str]]) -> None:
    """Raise UsageError for a user's field that is malformed or DDM's own business."""
    for name, value in headers:
        check_field(name, value)
        if name.lower() in _OURS:
            raise UsageError(f"the header {name} is set by DDM itself; leave it out")
        if name.lower() == "proxy-authorization":
            raise UsageError("Proxy-Authorization would reach the server; use --proxy for it")


def build(
    url: URL,
    *,
    original: URL,
    headers: Fields,
    range: ByteRange | None,  # noqa: A002 - the RFC's word, and that of Expectation
    if_range: str | None,
    user_agent: str,
    want_digest: bool = False,
    unless: Representation | None = None,
) -> Request:
    """The request for one hop.

    url: where it goes. original: what the user asked for; its userinfo becomes Authorization.
    headers: the user's, as `check_headers` let them through. They, and the userinfo, are only for
        the original's origin, but for User-Agent; an Authorization, Accept, User-Agent or Want-Repr-Digest among them
        replaces DDM's.
    if_range: a strong ETag, sent beside a range only.
    want_digest: ask for the digest of the whole file (RFC 9530 section 4).
    unless: what is there already; a server that still has the same may answer 304. Without a
        validator to ask about, the request is a plain one.
    """
    ours: Fields = (("Accept", "*/*"), ("User-Agent", user_agent))
    if want_digest:
        ours += (("Want-Repr-Digest", WANT_REPR_DIGEST),)
    # Who asks is no secret; everything else is for the user's own origin.
    theirs: Fields = tuple(field for field in headers if field[0].lower() == "user-agent")
    if url.origin == original.origin:
        theirs = headers
        if original.userinfo is not None:
            ours += (("Authorization", _basic(original.userinfo)),)
    overridden = {name.lower() for name, _ in theirs}
    fields = [field for field in ours if field[0].lower() not in overridden]
    fields += [*theirs, ("Accept-Encoding", "identity")]
    if range is not None:
        fields.append(("Range", range_field(range)))
        if if_range is not None:
            fields.append(("If-Range", if_range))
    if unless is not None and unless.condition is not None:
        fields.append(unless.condition)
    return Request(str(url), tuple(fields))


def _basic(userinfo: str) -> str:
    """The value of Authorization for percent-encoded "user:password" (RFC 7617 section 2)."""
    user, _, password = userinfo.partition(":")
    pair = percent_decoded(user) + b":" + percent_decoded(password)
    return f"Basic {b64encode(pair).decode('ascii')}"
