"""Whom TLS trusts: the certificates of authorities that the system has, as a file or as a directory.

libcurl reads a file of 140 certificates in the middle of the first handshake of each multi handle, which takes 8 ms of
CPU, and 24 to 54 where the machine has other things to do. From a directory whose names are hashes of the authorities'
names OpenSSL reads the one that signed, and nothing else: 0.1 ms for each connection, and nothing to warm up before.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

# Where distributions keep the bundle: Debian, Fedora, SUSE, Alpine and macOS, FreeBSD.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
)
# And the same certificates one by one: Debian, SUSE, Alpine, Arch; Fedora.
_DIRECTORIES = ("/etc/ssl/certs", "/etc/pki/ca-trust/extracted/pem/directory-hash")
_BEGIN = b"-----BEGIN "
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")


class Authorities(Struct, frozen=True):
    """file: of certificates; None leaves libcurl its own. directory: with the same ones under hashed names, if any."""

    file: str | None = None
    directory: str | None = None


def find_authorities(environment: Mapping[str, str]) -> Authorities:
    """What the user names, else what the system has."""
    named = named_bundle(environment)
    if named is not None:
        return Authorities(named)
    bundle = find_bundle()
    return Authorities(bundle, bundle and hashed_directory(bundle))


def named_bundle(environment: Mapping[str, str]) -> str | None:
    """The file that the user names."""
    return environment.get("CURL_CA_BUNDLE") or environment.get("SSL_CERT_FILE")


def find_bundle(exists: Callable[[str], bool] = os.path.isfile) -> str | None:
    """The system's file of trusted authorities. pycurl's wheels look in Fedora's place alone."""
    return next(filter(exists, _BUNDLES), None)


def hashed_directory(bundle: str, directories: Sequence[str] = _DIRECTORIES) -> str | None:
    """A directory that has as many certificates under hashed names as the bundle has; None if there is none.

    One that has fewer was not brought up to date with it, and one that has more trusts others.
    """
    try:
        wanted = Path(bundle).read_bytes().count(_BEGIN)
    except OSError:
        return None
    return next((each for each in directories if _hashed(each) == wanted), None)


def _hashed(directory: str) -> int:
    """How many certificates have hashed names there that lead somewhere."""
    try:
        return sum(
            _HASHED.fullmatch(path.name) is not None and path.exists()
            for path in Path(directory).iterdir()
        )
    except OSError:
        return 0
