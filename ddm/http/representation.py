"""What the server says the file is, and when two answers speak of the same bytes.

A strong ETag decides, else Last-Modified together with the length (RFC 9110 sections 8.8 and
13.1.5). A field that a 206 leaves out is not a change: only a field that is there and says
something else is. Also how to ask whether the server still has the same file, and the one sentence
for one that it has not.
"""

from __future__ import annotations

import re

from msgspec import Struct

from ddm import redact
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.fields import is_date

# Ways out of a file that changed, for `changed`: of one that was begun, and of one that was fetched.
BEGIN_AGAIN = "; --force-restart begins it again"
FETCH_NEW = "; --overwrite fetches the new one"

# RFC 9110 section 8.8.3, but not the empty one, which distinguishes nothing, and only what goes
# back to the server unharmed.
_ETAG = re.compile(r'(W/)?("[\x21\x23-\x7e]+")')


class Representation(Struct, frozen=True):
    """The identity of what is being fetched.

    size_bytes: the complete length, None while unknown.
    etag: the ETag field as it came, weak ones with their W/; None where absent.
    last_modified: the Last-Modified field as it came.
    content_coding: the Content-Encoding field, lower case; None where absent or "identity".
    """

    size_bytes: int | None
    etag: str | None = None
    last_modified: str | None = None
    content_coding: str | None = None

    @property
    def strong_etag(self) -> str | None:
        """The ETag if it promises equal bytes; None for a weak, malformed or absent one."""
        return self.etag if self.etag and self.etag == self.opaque_tag else None

    @property
    def opaque_tag(self) -> str | None:
        """The ETag without its W/, for weak comparison; None for a malformed or absent one."""
        match = _ETAG.fullmatch(self.etag or "")
        return match[2] if match else None

    @property
    def resumable(self) -> bool:
        """Whether bytes fetched in another run can be told to belong to this."""
        return self.strong_etag is not None or (
            self.last_modified is not None and self.size_bytes is not None
        )

    @property
    def if_range(self) -> str | None:
        """What If-Range may say: a strong ETag.

        A Last-Modified may only if it is strong (RFC 9110 section 8.8.2.2); nobody here can know.
        """
        return self.strong_etag

    @property
    def condition(self) -> tuple[str, str] | None:
        """The field that asks for the file only if it is another one; None if there is no asking.

        An ETag, also a weak one (RFC 9110 section 13.1.2), else a Last-Modified (section 13.1.3).
        """
        if self.etag and self.opaque_tag:
            return "If-None-Match", self.etag
        if self.last_modified and is_date(self.last_modified):
            return "If-Modified-Since", self.last_modified
        return None

    @property
    def conditional(self) -> bool:
        """Whether the server can be asked if it still has this."""
        return self.condition is not None

    def difference(self, other: Representation, *, weakly: bool = False) -> str | None:
        """What a later answer says differently, as part of a sentence; None if nothing.

        Equal strong ETags outweigh Last-Modified, which edges of one CDN may set differently. Weak
        ETags say nothing about bytes that are to be joined.
        weakly: nothing is to be joined; where no dates speak, weak ETags do.
        """
        mine, theirs = self.strong_etag, other.strong_etag
        if mine and theirs and mine != theirs:
            return _change("ETag", mine, theirs)
        size, other_size = self.size_bytes, other.size_bytes
        if size is not None and other_size is not None and size != other_size:
            return f"its length changed from {size} to {other_size} bytes"
        date, other_date = self.last_modified, other.last_modified
        if date and other_date and date != other_date and not (mine and theirs):
            return _change("Last-Modified", date, other_date)
        tag, other_tag = self.opaque_tag, other.opaque_tag
        if weakly and not (date and other_date) and tag and other_tag and tag != other_tag:
            return _change("ETag", self.etag or "", other.etag or "")
        if other.content_coding and other.content_coding != self.content_coding:
            coding = self.content_coding or "identity"
            return _change("Content-Encoding", coding, other.content_coding)
        return None

    def vouches_for(self, other: Representation) -> bool:
        """Whether both say enough to be told as the same bytes: equal strong ETags, or dates and lengths."""
        if self.difference(other) is not None or self.content_coding != other.content_coding:
            return False
        tags = self.strong_etag is not None and other.strong_etag is not None
        dates = self.last_modified is not None and other.last_modified is not None
        return tags or (dates and None not in (self.size_bytes, other.size_bytes))


def changed(
    difference: str, *, way_out: str = "", status: int | None = None, other_etag: str | None = None
) -> Failure:
    """The failure of a file that is another one by now.

    difference: as `Representation.difference` says it. way_out: BEGIN_AGAIN or FETCH_NEW, where it
    is known which. status, other_etag: see `Failure`.
    """
    before = "fetched" if way_out == FETCH_NEW else "begun"
    message = (
        f"the file on the server is no longer the one that was {before}: {difference}{way_out}"
    )
    return Failure(Kind.CHANGED, message, Exit.CHANGED, status, other_etag=other_etag)


def _change(name: str, mine: str, theirs: str) -> str:
    return f"its {name} changed from {redact.short(mine)} to {redact.short(theirs)}"
