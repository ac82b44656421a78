"""A real nginx of our own, plain and TLS on loopback, and its access log as records.

The listening sockets are opened here and handed over in the NGINX environment variable, as nginx
hands them to itself when its program is replaced: no port can be lost to somebody else, and a
client that comes early waits in the backlog.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from integration.servers.certificate import make_certificate

_CONFIG = """
daemon off;
worker_processes 1;
{user}
pid {home}/nginx.pid;
error_log {home}/error.log notice;
events {{ worker_connections 512; }}
http {{
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  log_format ranges '$server_protocol $connection $connection_requests $request_method $status "$http_range" $uri';
  access_log {home}/access.log ranges;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  server {{
    listen 127.0.0.1:{plain_port};
    listen 127.0.0.1:{tls_port} ssl;
    listen 127.0.0.1:{http2_port} ssl http2;
    keepalive_requests {keepalive_requests};
    ssl_certificate {home}/cert.pem;
    ssl_certificate_key {home}/key.pem;
    location /files/ {{ alias {files}/; }}
    location /noranges/ {{ alias {files}/; max_ranges 0; }}
    location /slow/ {{ alias {files}/; limit_rate 256k; }}
    location /paced/ {{ alias {files}/; limit_rate 1m; }}
    location /dated/ {{ alias {files}/; limit_rate 1m; etag off; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Logged:
    """One request as nginx logged it.

    protocol: as "HTTP/1.1". connection: nginx's serial of it. nth: which request on that connection, from 1.
    """

    protocol: str
    connection: int
    nth: int
    method: str
    status: int
    range: str
    path: str


def program() -> str | None:
    """Where nginx is; Debian's is outside of a user's PATH."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


class Nginx:
    """A running nginx.

    It serves `files` below /files/, /noranges/, /slow/ (256 KiB/s per connection), /paced/ (1 MiB/s)
    and /dated/ (the same without an ETag), over HTTP/2 at `http2` alone. keepalive_requests: after so many a connection
    is closed, which over HTTP/2 is a GOAWAY.
    """

    def __init__(self, home: Path, keepalive_requests: int = 1000) -> None:
        self.files = home / "files"
        self.certificate = home / "cert.pem"
        self._home = home
        self._keepalive_requests = keepalive_requests
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.files.mkdir(parents=True)
        make_certificate(self._home)
        with _listener() as plain, _listener() as tls, _listener() as http2:
            self.plain = f"http://127.0.0.1:{plain.getsockname()[1]}"
            self.tls = f"https://127.0.0.1:{tls.getsockname()[1]}"
            self.http2 = f"https://127.0.0.1:{http2.getsockname()[1]}"
            config = self._home / "nginx.conf"
            config.write_text(
                _CONFIG.format(
                    home=self._home,
                    files=self.files,
                    plain_port=plain.getsockname()[1],
                    tls_port=tls.getsockname()[1],
                    http2_port=http2.getsockname()[1],
                    keepalive_requests=self._keepalive_requests,
                    user="user root;" if os.geteuid() == 0 else "",
                )
            )
            handed_over = (plain.fileno(), tls.fileno(), http2.fileno())
            self._process = subprocess.Popen(
                [
                    program() or "nginx",
                    "-p",
                    self._home,
                    "-c",
                    config,
                    "-e",
                    self._home / "error.log",
                ],
                env={"NGINX": "".join(f"{fd};" for fd in handed_over)},
                pass_fds=handed_over,
                stdin=subprocess.DEVNULL,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it after the requests in flight, so that the log is complete."""
        if self._process is None:
            return
        self._process.send_signal(3)  # SIGQUIT: nginx's word for a graceful end
        try:
            self._process.wait(timeout=10)
        finally:
            self._process.kill()
            self._process.wait()
            self._process = None

    def log(self) -> list[Logged]:
        """Every request it has answered. Stops the server: only then is the log whole."""
        self.stop()
        return [_parsed(line) for line in (self._home / "access.log").read_text().splitlines()]


def _listener() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.setblocking(False)
    return listener


def _parsed(line: str) -> Logged:
    protocol, connection, nth, method, status, rest = line.split(" ", 5)
    _, asked, path = rest.split('"')
    asked = "" if asked == "-" else asked
    return Logged(protocol, int(connection), int(nth), method, int(status), asked, path.strip())
