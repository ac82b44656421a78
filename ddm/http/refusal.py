"""What an answer means that brings no bytes of the file: a redirect, an error, "still the same", nonsense."""

from __future__ import annotations

from http import HTTPStatus

from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.fields import parse_retry_after
from ddm.http.head import Head
from ddm.http.representation import Representation, changed

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KINDS = {
    401: (Kind.NOT_ALLOWED, Exit.NOT_ALLOWED),
    403: (Kind.NOT_ALLOWED, Exit.NOT_ALLOWED),
    404: (Kind.NOT_FOUND, Exit.NOT_FOUND),
    407: (Kind.NOT_ALLOWED, Exit.NOT_ALLOWED),
    408: (Kind.SERVER_ERROR, Exit.BAD_RESPONSE),
    410: (Kind.NOT_FOUND, Exit.NOT_FOUND),
    429: (Kind.THROTTLED, Exit.OVERLOADED),
    503: (Kind.THROTTLED, Exit.OVERLOADED),
}


def refusal(head: Head, *, wall_s: float) -> Failure:
    """The failure that a status other than 200, 206 and 416 is (RFC 9110 section 15).

    wall_s: Unix time, for a Retry-After that is a date.
    """
    answered = f"the server answered {_status_text(head.status)}"
    if head.status in _REDIRECTS:
        return _redirect(head, answered)
    kind, code = _kind(head.status)
    if kind is Kind.BAD_RESPONSE:
        answered += ", which makes no sense here"
    elif head.status == 401:
        answered += "; a name and password can stand in the URL, as user:password@host"
    retry_after_s = None
    if kind in (Kind.THROTTLED, Kind.SERVER_ERROR):
        retry_after_s = _retry_after_s(head, wall_s)
    return Failure(kind, answered, code, head.status, retry_after_s)


def not_modified(known: Representation, head: Head) -> Failure:
    """What a 304 to a request with the condition of `known` is (RFC 9110 section 15.4.5).

    Where an ETag was asked about, one that does not match is a contradiction. Where a date was, an
    older one is none: If-Modified-Since says nothing of a file that an older one replaced.
    """
    etag, date = head.get("etag"), head.get("last-modified")
    asked_about_etag = known.opaque_tag is not None
    found = Representation(None, etag, None if asked_about_etag else date)
    change = known.difference(found, weakly=True)
    if change is None:
        message = "the server still has the same file (304)"
        return Failure(Kind.NOT_MODIFIED, message, Exit.OK, head.status)
    if not asked_about_etag:
        return changed(change, status=head.status)
    message = f"the server says that it still has the same file (304), but {change}"
    return Failure(Kind.BAD_RESPONSE, message, Exit.BAD_RESPONSE, head.status)


def _kind(status: int) -> tuple[Kind, Exit]:
    if status in _KINDS:
        return _KINDS[status]
    if 400 <= status <= 499:
        return Kind.REFUSED, Exit.BAD_RESPONSE
    if 500 <= status <= 599:
        return Kind.SERVER_ERROR, Exit.BAD_RESPONSE
    return Kind.BAD_RESPONSE, Exit.BAD_RESPONSE


def _redirect(head: Head, answered: str) -> Failure:
    locations = set(head.all("location"))
    location = locations.pop() if len(locations) == 1 else ""
    if not location:
        message = f"{answered}, but not where to"
        return Failure(Kind.BAD_RESPONSE, message, Exit.BAD_RESPONSE, head.status)
    return Failure(
        Kind.REDIRECTED, answered, Exit.TOO_MANY_REDIRECTS, head.status, location=location
    )


def _retry_after_s(head: Head, wall_s: float) -> float | None:
    """The wait that the answer asks for; where two fields contradict each other, the longer one."""
    waits = [parse_retry_after(value, wall_s=wall_s) for value in head.all("retry-after")]
    return max((wait for wait in waits if wait is not None), default=None)


def _status_text(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
