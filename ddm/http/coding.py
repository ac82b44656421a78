"""Content codings that came although `identity` was asked for (RFC 9110 section 8.4).

Servers label a .tar.gz as gzip-coded; then the bytes as sent are what its name promises. Anything
else coded would be saved under a name that does not say so.
"""

from __future__ import annotations

_SUFFIXES = {
    "gzip": (".gz", ".tgz", ".svgz"),
    "x-gzip": (".gz", ".tgz", ".svgz"),
    "compress": (".z",),
    "x-compress": (".z",),
    "br": (".br",),
    "zstd": (".zst", ".tzst"),
    "bzip2": (".bz2", ".tbz2"),
    "x-bzip2": (".bz2", ".tbz2"),
    "xz": (".xz", ".txz"),
}


def saved_as_coded(name: str, coding: str) -> bool:
    """Whether a file of this name is expected to hold bytes of this coding, so that they are saved as sent."""
    return name.lower().endswith(_SUFFIXES.get(coding.lower(), ()))
