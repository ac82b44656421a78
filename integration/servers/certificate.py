"""A certificate that signs itself."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path


def make_certificate(home: Path, whose: str = "IP:127.0.0.1") -> Path:
    """Write cert.pem, and key.pem beside it; whose: the subjectAltName. Returns the path of cert.pem."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=ddm test server"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-addext", f"subjectAltName={whose}"),
            *("-keyout", home / "key.pem", "-out", home / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return home / "cert.pem"


def server_context(certificate: Path) -> ssl.SSLContext:
    """For a server that has this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context
