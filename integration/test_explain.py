"""`ddm explain` beside a manager: the installed program against servers that hold it back in many ways."""

import json

import pytest

from integration.crash.disks import tmpfs
from integration.crash.filling import fill
from integration.crash.paced import PacedServer
from integration.crash.waiting import until
from integration.servers.behaviours import Gated, Honest, IgnoresRange, Status
from integration.servers.bodies import body

MIB = 1 << 20
CONTENT = body(8 * MIB, seed=6)
SLOW_BPS = 64 << 10


def why(ddm, job_id=1):
    """The words of a job's causes, in order, and its first sentence."""
    ended = ddm("explain", "--json", job_id)
    assert ended.code == 0, ended.err
    (job,) = json.loads(ended.out)["jobs"]
    return [cause["word"] for cause in job["causes"]], job["causes"][0]["sentence"]


def until_it_is(ddm, word, job_id=1):
    """Wait until this is the first cause; its sentence."""
    until(lambda: why(ddm, job_id)[0][0] == word, f"job {job_id} is held back by {word}")
    return why(ddm, job_id)[1]


def test_retry_after_with_the_time_that_is_left(ddm, scripted):
    url = scripted.add("/a.bin", Status(429, ("Retry-After", "100")))
    ddm("add", url)
    with ddm.start("run", "-q"):
        sentence = until_it_is(ddm, "waiting-retry-after")

    assert "429 Too Many Requests" in sentence
    assert "asked again in 1 min" in sentence


def test_a_server_without_ranges(ddm, scripted):
    class Slowly(IgnoresRange):
        def answer(self, request, reply):
            reply.head(200, [("Content-Length", len(CONTENT))])
            reply.body(CONTENT, bytes_per_s=SLOW_BPS)

    ddm("add", scripted.add("/a.bin", Slowly(CONTENT)))
    with ddm.start("run", "-q"):
        assert "one connection" in until_it_is(ddm, "no-ranges")


@pytest.mark.parametrize(
    ("setting", "word"),
    [("max_total_connections", "budget-total"), ("max_connections_per_host", "budget-host")],
)
def test_a_budget_of_one_connection(ddm, scripted, setting, word):
    ddm.configure(f"{setting} = 1\n")
    ddm("add", scripted.add("/a.bin", Honest(CONTENT, bytes_per_s=SLOW_BPS)))
    with ddm.start("run", "-q"):
        sentence = until_it_is(ddm, word)

    assert f"`ddm config set {setting} N` allows more" in sentence


def test_the_own_limit(ddm):
    ddm.configure('max_bytes_per_sec = "256K"\n')
    with PacedServer({"/a.bin": body(16 * MIB)}, bytes_per_s=MIB) as server:
        ddm("add", server.url("/a.bin"))
        with ddm.start("run", "-q"):
            assert "256K a second" in until_it_is(ddm, "user-limit")


def test_a_full_disk(ddm, tmp_path):
    with (
        tmpfs(tmp_path / "small", 24 * MIB) as small,
        PacedServer({"/a.bin": body(12 * MIB)}, bytes_per_s=MIB // 2) as server,
    ):
        ddm("add", "-d", small, server.url("/a.bin"))
        with ddm.start("run", "--forever", "-q"):
            assert server.wait_sent(3 * MIB, timeout_s=30)
            fill(small / "filler")
            assert "MiB more are needed" in until_it_is(ddm, "disk-full")


def test_a_server_that_says_nothing_and_the_story_of_it(ddm, scripted):
    ddm("add", scripted.add("/a.bin", Gated(CONTENT, limit_bytes=MIB)) + "?sig=s3cret")
    with ddm.start("run", "-q"):
        until_it_is(ddm, "silent")
        told = ddm("explain", "-v", 1).out
        listed = ddm("explain").out

    assert told.startswith("job 1 a.bin: running, ")
    assert " s ago  taken into work\n" in told
    assert "request 1 is answered: the file is 8.0 MiB long, the server sends ranges" in told
    assert "s3cret" not in told
    assert listed.count("\n") == 1


def test_without_a_manager_it_tells_what_the_queue_knows(ddm, scripted):
    url = scripted.add("/a.bin", Honest(CONTENT))
    assert ddm("get", "-q", url).code == 0
    ddm("add", f"{url}?2", f"{url}?3")
    ended = ddm("explain", 1, 3)

    done, fetched, queued, *causes = ended.out.splitlines()
    assert done == "job 1 a.bin: done"
    assert fetched.startswith("  it is done: 8.0 MiB in ")
    assert queued == "job 3 a.bin: queued"
    assert [line.strip() for line in causes] == [
        "nobody fetches; `ddm run` begins with the queue",
        "its place in the queue is 2 (`ddm move 3 first`)",
    ]
