"""A server that gives each connection so much and no more, in a process of its own: the client's turns are its own.

    with shaped(Shape(bytes_per_s=8 * MIB)) as urls: ...

The file is computed, so it costs neither disk nor memory.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

from ddm.testing.body import Body

MIB = 1 << 20
_TICK_S = 0.01
_SLOWER = 20
# As little as the kernel takes: what it holds for a client that is late would come all at once.
_SNDBUF_BYTES = 64 << 10
_RANGE = re.compile(rb"\nrange: *bytes=(\d+)-(\d*)\r", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the server is like.

    bytes_per_s: of one connection. slow_every: of so many connections one is 20 times slower; 0 for none.
    most: above so many requests at once they get 503; 0 for as many as come. ports: how many servers of the kind.
    """

    size_bytes: int = 256 * MIB
    bytes_per_s: int = 8 * MIB
    slow_every: int = 0
    most: int = 0
    ports: int = 1


SCENARIOS = {
    "S2": ("256 MiB, 8 MiB/s per connection", Shape()),
    "S6": (
        "256 MiB, 16 MiB/s per connection, every 8th 20 times slower",
        Shape(bytes_per_s=16 * MIB, slow_every=8),
    ),
    "S8": (
        "256 MiB, 16 MiB/s per connection, 503 above 4 connections",
        Shape(bytes_per_s=16 * MIB, most=4),
    ),
}


@contextmanager
def shaped(shape: Shape) -> Iterator[list[str]]:
    """The URLs of the file on each port, for as long as the block lasts."""
    command = [sys.executable, "-m", "integration.servers.shaper", json.dumps(asdict(shape))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            ports = json.loads(process.stdout.readline()) if process.stdout else []
            yield [f"http://127.0.0.1:{port}/file.bin" for port in ports]
        finally:
            process.terminate()


class Shaper:
    """One server."""

    def __init__(self, shape: Shape, body: Body) -> None:
        self._shape = shape
        self._body = body
        self._opened = self._busy = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until its client leaves."""
        self._opened += 1
        slow = self._shape.slow_every and self._opened % self._shape.slow_every == 0
        pace = self._shape.bytes_per_s / (_SLOWER if slow else 1)
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, _SNDBUF_BYTES
        )
        writer.transport.set_write_buffer_limits(high=0)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._answer(await reader.readuntil(b"\r\n\r\n"), writer, pace)
        writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter, pace: float) -> None:
        if self._shape.most and self._busy >= self._shape.most:
            writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        self._busy += 1
        try:
            await self._send(head, writer, pace)
        finally:
            self._busy -= 1

    async def _send(self, head: bytes, writer: asyncio.StreamWriter, pace: float) -> None:
        size, asked = self._shape.size_bytes, _RANGE.search(head)
        start = int(asked[1]) if asked else 0
        stop = min(int(asked[2]) + 1, size) if asked and asked[2] else size
        line = f"206 Part\r\nContent-Range: bytes {start}-{stop - 1}/{size}" if asked else "200 OK"
        fields = f'ETag: "one"\r\nAccept-Ranges: bytes\r\nContent-Length: {stop - start}'
        writer.write(f"HTTP/1.1 {line}\r\n{fields}\r\n\r\n".encode())
        loop, step = asyncio.get_running_loop(), max(4096, int(pace * _TICK_S))
        due_s = loop.time()
        for at in range(start, stop, step):
            data = self._body.read(at, min(at + step, stop))
            writer.write(data)
            await writer.drain()
            # Who was held up by the client catches up with two ticks, and no more.
            due_s = max(due_s + len(data) / pace, loop.time() - 2 * _TICK_S)
            await asyncio.sleep(due_s - loop.time())


async def _main(shape: Shape) -> None:
    body = Body("shaper", shape.size_bytes)
    servers = [
        await asyncio.start_server(Shaper(shape, body).serve, "127.0.0.1", 0)
        for _ in range(shape.ports)
    ]
    sys.stdout.write(json.dumps([s.sockets[0].getsockname()[1] for s in servers]) + "\n")
    sys.stdout.flush()
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(_main(Shape(**json.loads(sys.argv[1]))))
