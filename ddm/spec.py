"""What the user asked for."""

from __future__ import annotations

from msgspec import Struct

from ddm import redact

# Higher and lower ones say nothing more, and a mistyped number is found.
PRIORITY_MAX = 100


class Checksum(Struct, frozen=True):
    """A digest that a file must have. algorithm: "sha-256", "sha-512", "sha-1" or "md5". hex: lower case."""

    algorithm: str
    hex: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"


class Route(Struct, frozen=True):
    """How an origin is reached.

    proxy: as libcurl takes it ("http://host:port", "socks5h://..."), None for the environment's.
    ca_file: the trusted authorities, None for the system's. insecure: certificates are not looked at.
    """

    proxy: str | None = None
    ca_file: str | None = None
    insecure: bool = False

    def __repr__(self) -> str:
        """For the log and tracebacks: a proxy's URL may hold a password."""
        proxy = self.proxy and redact.url(self.proxy)
        return f"Route({proxy!r}, {self.ca_file!r}, insecure={self.insecure})"


class JobSpec(Struct, frozen=True):
    """One file to fetch.

    url: as asked, checked by `http.url.parse` (http or https only).
    directory: absolute path the file goes to.
    name: the file name the user gave with -o, or None to let the server or the URL name it.
    headers: extra request fields, for the URL's own origin only.
    max_segments: ranges in flight for this job at most; 0 means as configured.
    checksums: digests that the file must have. route: how the servers are reached.
    allow_downgrade: follow a redirect from https to http. overwrite: replace a file of that name.
    mirrors: other URLs of the same file, tried in order when one is given up. They get no `headers`.
    priority: which jobs go first: the higher number, -PRIORITY_MAX to PRIORITY_MAX.
    max_bytes_per_sec: for this job alone; 0 is no limit.
    """

    url: str
    directory: str
    name: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    max_segments: int = 0
    checksums: tuple[Checksum, ...] = ()
    route: Route = Route()
    allow_downgrade: bool = False
    overwrite: bool = False
    mirrors: tuple[str, ...] = ()
    priority: int = 0
    max_bytes_per_sec: int = 0

    def __repr__(self) -> str:
        """For the log and tracebacks: without secrets."""
        return f"JobSpec({redact.url(self.url)!r}, {self.directory!r}, {self.name!r})"
