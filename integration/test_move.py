"""The order of the queue through the installed program: --priority, `ddm move`, also while a `ddm run` is at work."""

import time

import pytest

from integration.crash.waiting import until
from integration.program import finish
from integration.servers.behaviours import Gated, Honest
from integration.servers.bodies import body

MIB = 1 << 20
MANY = 10_000


@pytest.fixture
def add(ddm, scripted):
    """Queue a file of that name."""

    def queue(name, *options, content=None):
        served = Honest(name.encode()) if content is None else content
        assert ddm("add", "-q", *options, scripted.add(f"/{name}", served)).code == 0

    return queue


@pytest.fixture
def gate():
    return Gated(body(4 * MIB), limit_bytes=MIB)


def names(ended):
    """The files in the order in which they appeared."""
    assert ended.code == 0, ended.err
    return [line.rpartition("/")[2] for line in ended.out.splitlines()]


def test_the_higher_priority_goes_first_then_first_come_first_served(ddm, add):
    for name, priority in (("a", 0), ("b", 5), ("c", -5), ("d", 5), ("e", 0)):
        add(name, "--priority", priority)

    assert names(ddm("run", "--jobs", 1)) == ["b", "d", "a", "e", "c"]


def test_a_list_has_priorities_of_its_own(ddm, scripted):
    urls = [scripted.add(f"/{name}", Honest(name.encode())) for name in "abc"]
    lines = f"{urls[0]}\n{urls[1]}\n  priority=100\n{urls[2]}\n  priority=-1\n"

    ended = ddm("get", "--jobs", 1, "-i", "-", stdin=lines)

    assert names(ended) == ["b", "a", "c"]


def test_files_appear_in_the_order_to_which_jobs_were_moved_while_run_is_at_work(ddm, add, gate):
    add("a", content=gate)
    for name in "bcd":
        add(name)
    with ddm.start("run", "--jobs", 1) as run:
        assert gate.wait_until_reached()
        moved = [ddm("move", 4, "first"), ddm("move", 2, "last")]
        positions = {job["id"]: job["position"] for job in ddm.status()["jobs"]}
        table = ddm("status").out
        gate.release()
        ended = finish(run)

    assert [each.code for each in moved] == [0, 0]
    assert positions == {4: 1, 1: 2, 3: 3, 2: 4}
    assert [line.split()[0] for line in table.splitlines()[1:-1]] == ["4", "1", "3", "2"]
    assert names(ended) == ["a", "d", "c", "b"]


def test_what_is_taken_up_already_and_waits_for_a_connection_goes_by_the_new_order(ddm, add, gate):
    ddm.configure("max_connections_per_host = 1\nmin_segments = 1\n")
    add("a", content=gate)
    for name in "bcd":
        add(name)
    with ddm.start("run") as run:
        assert gate.wait_until_reached()
        assert ddm("move", 4, 2).code == 0
        gate.release()
        ended = finish(run)

    assert names(ended) == ["a", "d", "b", "c"]


def test_get_of_a_job_that_is_queued_gives_it_the_priority_that_is_said(ddm, scripted, add, gate):
    add("a", content=gate)
    for name in "bcd":
        add(name)
    with ddm.start("run", "--jobs", 1) as run:
        assert gate.wait_until_reached()
        with ddm.start("get", "--priority", 1, scripted.url("/d")) as getting:
            until(lambda: ddm.status()["jobs"][3]["priority"] == 1, "job 4 has its priority")
            gate.release()
            got = finish(getting)
        ended = finish(run)

    assert got.code == 0, got.err
    assert names(ended) == ["a", "d", "b", "c"]


def test_one_of_ten_thousand_is_moved_at_once(ddm):
    urls = "".join(f"http://127.0.0.1:1/{n}\n" for n in range(MANY))
    assert ddm("add", "-q", "-i", "-", stdin=urls).code == 0
    begun_s = time.monotonic()

    ended = ddm("move", MANY, "first")

    assert (ended.code, ended.out) == (0, "")
    assert ended.err == f"ddm: {MANY} http://127.0.0.1:1/{MANY - 1}: at position 1 of the queue\n"
    assert time.monotonic() - begun_s < 3  # 0.3 s where nothing else runs
