"""A scripted server on loopback that speaks HTTP/2 over TLS: frame by frame (RFC 9113), no library.

It reads no field: its answers go out in the order in which requests come.
"""

import contextlib
import itertools
import socket
import ssl
import struct
import subprocess
import threading

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
END_STREAM, END_HEADERS, ACK = 0x1, 0x4, 0x1
_PREFACE_BYTES = 24
_FRAME_BYTES = 16_384
PATIENCE_S = 10


def make_certificate(home):
    """A certificate for 127.0.0.1, and a context of a server that has it."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=ddm test server"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", home / "key.pem", "-out", home / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / "cert.pem", home / "key.pem")
    return context


def head(status, *fields):
    """HEADERS: fields as literals that are not indexed (RFC 7541 section 6.2.2), a plain ASCII string each."""
    fields = ((":status", str(status)), *fields)
    return lambda stream: frame(HEADERS, END_HEADERS, stream, b"".join(map(_literal, fields)))


def body(content, *, end=True):
    """DATA in as many frames as it takes; the last one ends the stream."""

    def frames(stream):
        starts = range(0, len(content), _FRAME_BYTES) or (0,)
        return b"".join(
            frame(
                DATA,
                END_STREAM if end and start == starts[-1] else 0,
                stream,
                content[start : start + _FRAME_BYTES],
            )
            for start in starts
        )

    return frames


def whole(content):
    """A 200 and its body."""
    return (head(200, ("content-length", str(len(content)))), body(content))


def part(start, content, size):
    """A 206 for the bytes from `start` on of a file of `size` bytes."""
    placed = ("content-range", f"bytes {start}-{start + len(content) - 1}/{size}")
    return (head(206, ("content-length", str(len(content))), placed), body(content))


def reset(code):
    """RST_STREAM (section 6.4)."""
    return lambda stream: frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def go_away(code, *, last=None):
    """GOAWAY (section 6.8): nothing after this stream, or after `last`, was looked at."""
    return lambda stream: frame(
        GOAWAY, 0, 0, struct.pack(">II", stream if last is None else last, code)
    )


def close(_stream):
    """The connection ends here."""
    raise ConnectionAbortedError


def frame(kind, flags, stream, payload):
    """A frame (section 4.1)."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _literal(field):
    return b"\0" + b"".join(struct.pack("B", len(text)) + text.encode() for text in field)


class StreamServer:
    """Answers the n-th request with the n-th script, the last one again and again.

    connections: how many were made; open: how many there are; open_max: the most at once.
    """

    def __init__(self, context, scripts, *, protocols=("h2", "http/1.1")):
        context.set_alpn_protocols(protocols)
        self.connections = self.open = self.open_max = 0
        self._context, self._scripts = context, scripts
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._sockets = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        for connection in self._sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_S)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection):
        with self._lock:
            self.connections += 1
            self.open += 1
            self.open_max = max(self.open_max, self.open)
        with (
            contextlib.suppress(OSError),
            connection,
            self._context.wrap_socket(connection, server_side=True) as tls,
        ):
            self._sockets.append(tls)
            if tls.selected_alpn_protocol() == "h2":
                self._speak(tls)
            else:
                self._speak_old(tls)
        with self._lock:
            self.open -= 1

    def _script(self):
        with self._lock:
            return self._scripts[min(next(self._numbers), len(self._scripts) - 1)]

    def _speak(self, tls):
        with tls.makefile("rb") as incoming:
            incoming.read(_PREFACE_BYTES)
            tls.sendall(frame(SETTINGS, 0, 0, b""))
            while header := incoming.read(9):
                size, kind, flags, stream = struct.unpack(">IBBI", b"\0" + header)
                payload = incoming.read(size)
                if kind == HEADERS:
                    for step in self._script():
                        tls.sendall(step(stream))
                elif kind in (SETTINGS, PING) and not flags & ACK:
                    tls.sendall(frame(kind, ACK, 0, payload if kind == PING else b""))

    def _speak_old(self, tls):
        """HTTP/1.1: an empty file, whatever the script says."""
        with tls.makefile("rb") as incoming:
            while incoming.readline():
                while incoming.readline().rstrip():
                    pass
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
