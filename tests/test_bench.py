import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from ddm.bench import Bench, File
from ddm.errors import Exit
from ddm.failures import Kind
from ddm.http.url import Origin
from ddm.limits import Limits
from ddm.spec import JobSpec

MIB = 1 << 20
BODY = bytes(range(256)) * 4096 * 8  # 8 MiB


class Handler(BaseHTTPRequestHandler):
    """/file in ranges, /whole without, /busy refuses every other piece, /moved leads to /file, /held sends no body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"] or "")
        if self.path == "/moved":
            self.head(302, 0, Location="/file")
        elif self.path == "/empty":
            self.head(200, 0)
        elif self.path == "/busy" and int(asked[1]) and not self.server.refused:
            self.server.refused = True
            self.head(503, 0)
        elif self.path == "/none":
            self.head(404, 0)
        elif self.path == "/whole":
            self.head(200, len(BODY))
            self.body(BODY)
        else:
            start, stop = int(asked[1]), min(int(asked[2]) + 1, len(BODY))
            self.head(
                206, stop - start, **{"Content-Range": f"bytes {start}-{stop - 1}/{len(BODY)}"}
            )
            if self.path == "/held":
                self.server.released.wait()
            else:
                self.body(BODY[start:stop])

    def head(self, status, length, **fields):
        self.send_response(status)
        for name, value in (fields | {"Content-Length": str(length), "ETag": '"v"'}).items():
            self.send_header(name, value)
        self.end_headers()

    def body(self, data):
        try:
            self.wfile.write(data)
        except OSError:
            self.close_connection = True  # enough had come

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads, http.block_on_close = True, False
        http.handle_error = lambda *_: None  # connections that were closed because enough had come
        http.refused, http.released = False, Event()
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.released.set()
        http.shutdown()
        thread.join()


@pytest.fixture
def bench(server):
    """A bench of one path of the server."""
    opened = []

    def make(path, *arguments, limits=None, **more):
        opened.append(Bench(JobSpec(server + path, "/"), limits or Limits(), *arguments, **more))
        return opened[-1].__enter__()

    yield make
    for each in opened:
        each.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/file", (len(BODY), True)),
        ("/moved", (len(BODY), True)),
        ("/whole", (len(BODY), False)),
        ("/empty", (0, False)),
    ],
)
def test_a_look_tells_the_length_and_whether_there_are_ranges(bench, server, path, found):
    size_bytes, ranges = found
    origin = Origin.of_key(server)

    assert bench(path).look()[0] == File(size_bytes, ranges, origin)


def test_a_look_at_what_is_not_there_says_why(bench):
    file, looked = bench("/none").look()

    assert file is None
    assert (looked.failure.kind, looked.failure.code) == (Kind.NOT_FOUND, Exit.NOT_FOUND)


@pytest.mark.parametrize("connections", [1, 2, 5])
def test_a_count_is_exact(bench, connections):
    measured = bench("/file").measure(connections, len(BODY))

    assert (measured.connections, measured.used) == (connections, connections)
    assert measured.bytes == len(BODY)
    assert (measured.throttled, measured.errors, measured.failure) == (0, 0, None)
    assert measured.seconds > 0
    assert not measured.cut_short


def test_a_count_goes_beyond_what_is_configured(bench):
    limits = Limits(
        max_segments=1, min_segments=1, max_connections_per_host=1, max_total_connections=1
    )

    assert bench("/file", limits=limits).measure(6, len(BODY)).used == 6


def test_it_is_over_when_enough_has_come(bench):
    measured = bench("/file").measure(2, MIB)

    assert MIB <= measured.bytes <= len(BODY)
    assert not measured.cut_short


def test_without_ranges_one_connection_is_in_use(bench):
    measured = bench("/whole").measure(4, len(BODY))

    assert (measured.used, measured.bytes) == (1, len(BODY))


def test_a_refusal_is_counted_and_the_rest_is_fetched(bench):
    measured = bench("/busy").measure(4, len(BODY))

    assert (measured.throttled, measured.errors, measured.bytes) == (1, 0, len(BODY))


def test_several_counts_one_after_the_other(bench):
    opened = bench("/file")

    assert [opened.measure(n, MIB).used for n in (1, 2, 3)] == [1, 2, 3]


def test_its_time_is_bounded(bench):
    measured = bench("/held", seconds_max=0.05).measure(2, MIB)

    assert (measured.bytes, measured.cut_short) == (0, True)
    assert measured.seconds >= 0.05


def test_it_stops_when_it_is_told_to(bench):
    asked = []
    opened = bench("/held", lambda: len(asked) > 1 or asked.append(1))
    os.write(opened.wakeup_fd, b"\0")

    measured = opened.measure(2, MIB)

    assert (measured.bytes, measured.cut_short, measured.failure) == (0, True, None)


def test_nothing_is_written_to_the_disk(bench, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))

    bench("/file").measure(3, len(BODY))

    assert list(tmp_path.iterdir()) == []
