"""What the user asked for."""

from __future__ import annotations

from msgspec import Struct

from ddm import redact


class JobSpec(Struct, frozen=True):
    """One file to fetch.

    url: as asked, checked by `http.url.parse` (http or https only).
    directory: absolute path the file goes to.
    name: the file name the user gave with -o, or None to let the server or the URL name it.
    headers: extra request fields, for the URL's own origin only.
    max_segments: ranges in flight for this job at most; 0 means as configured.
    """

    url: str
    directory: str
    name: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    max_segments: int = 0

    def __repr__(self) -> str:
        """For the log and tracebacks: without secrets."""
        return f"JobSpec({redact.url(self.url)!r}, {self.directory!r}, {self.name!r})"
