"""`ddm bench` as installed: exact counts of connections, trouble that is told, nothing on the disk."""

import json
import signal
import time

import pytest

from integration.program import finish
from integration.servers.behaviours import First, Honest, IgnoresRange, Status
from integration.servers.bodies import body
from integration.servers.nginx import Nginx
from integration.terminal import on_a_terminal

MIB = 1 << 20
CONTENT = body(16 * MIB, seed=21)


def paced(**more):
    return Honest(CONTENT, bytes_per_s=4 * MIB, **more)


def everything_below(directory):
    return sorted(path.name for path in directory.rglob("*"))


def test_each_count_has_exactly_so_many_connections_and_more_pay(ddm, scripted, tmp_path):
    url = scripted.add("/a.bin", paced())

    ended = ddm("bench", "--no-save", "--max-bytes", "4M", "--connections", "2,4", url)

    assert (ended.code, ended.err) == (0, "")
    assert len({request.connection for request in scripted.log}) == 1 + 2 + 4
    lines = ended.out.splitlines()
    assert lines[0].split() == ["CONNECTIONS", "FETCHED", "TIME", "SPEED", "THROTTLED", "ERRORS"]
    assert [line.split()[0] for line in lines[1:]] == ["2", "4", "recommended:"]
    assert lines[3] == "recommended: --max-segments 4 (the fastest)"
    assert everything_below(tmp_path) == ["downloads"]


def test_json_is_as_documented(ddm, scripted):
    url = scripted.add("/a.bin", Honest(CONTENT))

    ended = ddm("bench", "--no-save", "--json", "--max-bytes", "2M", "--connections", "8,4", url)

    found = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert set(found) == {
        *("version", "url", "size_bytes", "ranges", "max_bytes", "interrupted"),
        *("results", "recommended"),
    }
    assert (found["version"], found["url"], found["interrupted"]) == (1, url, False)
    assert (found["size_bytes"], found["ranges"], found["max_bytes"]) == (
        len(CONTENT), True, 2 * MIB,
    )  # fmt: skip
    assert [each["connections"] for each in found["results"]] == [4, 8]
    for each in found["results"]:
        assert set(each) == {
            *("connections", "used", "bytes", "seconds", "bytes_per_sec"),
            *("throttled", "errors", "cut_short", "failure"),
        }
        assert each["bytes"] >= 2 * MIB
    assert found["recommended"]["connections"] in (4, 8)


def test_a_count_that_was_refused_is_not_recommended(ddm, scripted):
    # The look, and the first count's probe and its piece, come before the refusals.
    behaviour = First(3, paced(), First(2, Status(503), paced()))

    ended = ddm(
        "bench",
        "--no-save",
        "--json",
        "--max-bytes",
        "3M",
        "--connections",
        "3,4",
        scripted.add("/a", behaviour),
    )

    first, second = json.loads(ended.out)["results"]
    assert (ended.code, first["throttled"], second["throttled"]) == (0, 2, 0)
    assert json.loads(ended.out)["recommended"]["connections"] == 4


def test_a_server_without_ranges_is_measured_with_one(ddm, scripted):
    ended = ddm("bench", "--no-save", scripted.add("/a.bin", IgnoresRange(CONTENT)))

    assert ended.code == 0
    assert ended.err.startswith("ddm: the server sends no ranges of this file")
    assert [line.split()[0] for line in ended.out.splitlines()[1:]] == ["1", "recommended:"]


def test_redirects_are_followed_and_fields_are_sent(ddm, scripted):
    scripted.add("/a.bin", Honest(CONTENT))
    url = scripted.add("/first", Status(302, ("Location", "/a.bin")))

    ended = ddm(
        "bench", "--no-save", "--cookie", "a=b", "--connections", "2", "--max-bytes", "1M", url
    )

    assert ended.code == 0, ended.err
    assert {request.headers["cookie"] for request in scripted.log} == {"a=b"}
    assert {request.path for request in scripted.log} == {"/first", "/a.bin"}


@pytest.mark.parametrize(("status", "code"), [(404, 3), (403, 24)])
def test_a_file_that_cannot_be_had(ddm, scripted, status, code):
    ended = ddm("bench", scripted.add("/a.bin", Status(status)))

    assert (ended.code, ended.out) == (code, "")
    assert f"the server answered {status}" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("as_json", [False, True])
def test_ctrl_c_stops_at_once_with_what_was_measured(ddm, scripted, as_json):
    url = scripted.add("/a.bin", Honest(CONTENT, bytes_per_s=MIB // 4))
    more = ["--json"] if as_json else []

    with ddm.start("bench", "--max-bytes", "8M", *more, url) as process:
        while len(scripted.log) < 4:
            time.sleep(0.01)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        ended = finish(process)

    assert ended.code == 130
    assert time.monotonic() - begun < 2
    if as_json:
        found = json.loads(ended.out)
        assert (found["interrupted"], found["results"][0]["cut_short"]) == (True, True)
    else:
        assert ended.out.splitlines()[1].endswith("stopped")
        assert ended.err == "ddm: interrupted; what was measured so far is no recommendation\n"


def test_a_real_server(ddm, nginx: Nginx):
    (nginx.files / "a.bin").write_bytes(CONTENT)

    ended = ddm("bench", "--no-save", "--connections", "2,3", f"{nginx.plain}/files/a.bin")

    assert ended.code == 0, ended.err
    assert "recommended: --max-segments" in ended.out


def test_on_a_terminal_it_says_what_it_does(ddm, scripted):
    url = scripted.add("/a.bin", paced())

    said = on_a_terminal(ddm, "bench", "--connections", "2", "--max-bytes", "1M", url)

    assert "asking for the file ..." in said
    assert "2 connections ..." in said
    assert "recommended: --max-segments 2" in said


def test_help(ddm):
    ended = ddm("bench", "--help")

    assert (ended.code, ended.err) == (0, "")
    for option in ("--max-bytes", "--connections", "--json", "--header", "--insecure"):
        assert option in ended.out
    assert "30 seconds" in " ".join(ended.out.split())
