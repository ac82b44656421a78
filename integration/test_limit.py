"""Limits of speed: kept within three percent for one job and for 48, and changed while jobs run."""

import time
from pathlib import Path

import pytest

from ddm.live import LiveReader
from integration.crash.waiting import until
from integration.servers.behaviours import Honest
from integration.servers.bodies import body

MIB = 1 << 20
# As long as a test runs it is never whole.
CONTENT = body(48 * MIB, seed=6)
MEASURED_S = 3


class Pictures:
    """What the manager says of itself: how much each job has, and when that was."""

    def __init__(self, ddm):
        self._reader = LiveReader(Path(ddm.environment["XDG_STATE_HOME"], "ddm"))
        self._seen_s = 0.0

    def next(self):
        """The next one: the queue, and its Unix time."""
        until(self._is_there, "a picture")
        live = self._reader.look()
        self._seen_s = live.time_s
        return live.queue, live.time_s

    def rates(self, seconds=MEASURED_S):
        """Bytes per second over that time, of each job."""
        before, began_s = self.next()
        queue, ended_s = before, began_s
        while ended_s < began_s + seconds:
            queue, ended_s = self.next()
        had = {job.id: job.done_bytes for job in before.jobs}
        took_s = ended_s - began_s
        return {job.id: (job.done_bytes - had.get(job.id, 0)) / took_s for job in queue.jobs}

    def _is_there(self):
        self._reader.touch()
        live = self._reader.look()
        return live is not None and live.time_s > self._seen_s and live.queue.speed_bps > 0


@pytest.fixture
def fetching(ddm, scripted):
    """Queues so many files and starts a run with these options; what it says of itself. Ends it after the test."""
    running = []

    def start(jobs, *options, **environment):
        ddm.environment |= {"DDM_MAX_CONNECTIONS_PER_HOST": "64"} | environment
        urls = [scripted.add(f"/{number}", Honest(CONTENT)) for number in range(jobs)]
        assert ddm("add", *urls).code == 0
        running.append(ddm.start("run", *options))
        running[-1].__enter__()
        pictures = Pictures(ddm)
        began_s = time.monotonic()
        until(lambda: pictures.next() and time.monotonic() > began_s + 1, "a second of work")
        return pictures

    yield start
    for each in running:
        each.__exit__(None, None, None)


@pytest.mark.parametrize("jobs", [1, 48])
def test_the_limit_of_all_is_kept_and_shared_fairly(fetching, jobs):
    rates = fetching(jobs, "--limit-rate", "6M").rates()

    assert len(rates) == jobs
    assert sum(rates.values()) == pytest.approx(6 * MIB, rel=0.03)
    for rate in rates.values():
        assert rate == pytest.approx(6 * MIB / jobs, rel=0.25)


def test_a_job_with_many_connections_has_no_more_than_one_with_one(ddm, fetching):
    pictures = fetching(1, "--limit-rate", "4M")
    first = ddm("status", "--json").out
    assert '"id": 1' in first
    url = first.partition('"url": "')[2].partition('"')[0]
    assert ddm("add", "--max-segments", 1, "-d", "other", url).code == 0
    until(lambda: len(pictures.next()[0].jobs) == 2, "the second job")
    pictures.rates(1)

    rates = pictures.rates()
    assert rates[1] == pytest.approx(rates[2], rel=0.1)
    assert sum(rates.values()) == pytest.approx(4 * MIB, rel=0.03)


def test_limits_change_while_jobs_run(ddm, fetching):
    pictures = fetching(2, "--limit-rate", "2M")
    ended = ddm("limit", "6M")
    assert (ended.code, ended.err.split(", ")[0]) == (0, "ddm: all jobs together: at most 6 MiB/s")
    pictures.rates(0.5)
    assert sum(pictures.rates().values()) == pytest.approx(6 * MIB, rel=0.03)

    assert ddm("limit", "1M", 1).code == 0
    pictures.rates(0.5)
    rates = pictures.rates()
    assert rates[1] == pytest.approx(MIB, rel=0.05)
    assert rates[2] == pytest.approx(5 * MIB, rel=0.05)
    assert ddm("limit").out == "all jobs together: at most 6 MiB/s\n1 0: at most 1 MiB/s\n"

    assert ddm("limit", "off").code == 0
    pictures.rates(0.2)
    rates = pictures.rates(1)
    assert rates[1] == pytest.approx(MIB, rel=0.1)
    assert rates.get(2, 20 * MIB) > 6 * MIB


def test_what_a_limit_leaves_to_a_connection_is_no_stall(ddm, fetching):
    """2 KiB/s for four connections is half of what a connection has to bring, were it the server's doing."""
    pictures = fetching(
        1,
        *("--limit-rate", "2K", "--stall-timeout", 3),
        DDM_MIN_SEGMENTS="4",
        DDM_MAX_SEGMENTS="4",
    )
    before, _ = pictures.next()
    pictures.rates(8)

    log = ddm("log", "--json").out
    assert "less than" not in log
    assert pictures.next()[0].jobs[0].done_bytes > before.jobs[0].done_bytes


def test_a_limit_of_all_has_nobody_to_go_to_where_no_ddm_is_at_work(ddm):
    ended = ddm("limit", "5M")

    assert (ended.code, "`ddm config set max_bytes_per_sec 5M`" in ended.err) == (2, True)
