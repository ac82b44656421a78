"""What the server says the file is, and when two answers speak of the same bytes.

A strong ETag decides, else Last-Modified together with the length (RFC 9110 sections 8.8 and
13.1.5). A field that a 206 leaves out is not a change: only a field that is there and says
something else is.
"""

from __future__ import annotations

import re

from msgspec import Struct

from ddm import redact

# RFC 9110 section 8.8.3, but not the empty one, which distinguishes nothing, and only what goes
# back to the server unharmed.
_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]+"')


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
        return self.etag if self.etag and _STRONG_ETAG.fullmatch(self.etag) else None

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

    def difference(self, other: Representation) -> str | None:
        """What a later answer says differently, as part of a sentence; None if nothing.

        Equal strong ETags outweigh Last-Modified, which edges of one CDN may set differently. Weak
        ETags say nothing.
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
        if other.content_coding and other.content_coding != self.content_coding:
            coding = self.content_coding or "identity"
            return _change("Content-Encoding", coding, other.content_coding)
        return None


def _change(name: str, mine: str, theirs: str) -> str:
    return f"its {name} changed from {redact.short(mine)} to {redact.short(theirs)}"
