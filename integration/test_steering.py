"""200 jobs paused, resumed and removed at random by other processes while one fetches: all end as asked."""

import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from integration.crash.paced import PacedServer
from integration.crash.waiting import until
from integration.program import finish
from integration.servers.bodies import body

MIB = 1 << 20
JOBS, ROUNDS, EACH = 200, 14, 40
IN_FORCE_S = 0.5
# Small files, each on one connection, 64 at once: the whole queue takes about eight seconds.
SIZE, BYTES_PER_S = 96 << 10, 40 << 10
MANY = "max_total_connections = 64\nmax_connections_per_host = 64\n"


def content(number):
    return body(SIZE + number, seed=number)


def state_of(ddm, job_id):
    """As the database has it; `ddm status` takes longer to start than this may take."""
    path = Path(ddm.environment["XDG_STATE_HOME"], "ddm", "jobs.db")
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    try:
        row = connection.execute("SELECT state FROM jobs WHERE id = ?", (job_id,)).fetchone()
    finally:
        connection.close()
    return row and row[0]


class Wishes:
    """What was wished for last, for each job, and the commands that wish it."""

    def __init__(self, ddm, seed):
        self._ddm = ddm
        self._chance = random.Random(seed)
        self.last = dict.fromkeys(range(1, JOBS + 1), "resume")
        self.deleted = set()

    def make(self):
        """One command with many ids. Exit status 7 would be a wish that is not in force."""
        left = [number for number, wish in self.last.items() if wish != "remove"]
        command = self._chance.choice(["pause", "pause", "resume", "remove"])
        ids = self._chance.sample(left, min(len(left), EACH if command != "remove" else EACH // 3))
        flags = []
        if command == "remove" and self._chance.random() < 0.6:
            flags = ["--delete-files", "--yes"]
            self.deleted.update(ids)
        self.last.update(dict.fromkeys(ids, command))
        ended = self._ddm(command, *flags, *ids)
        assert ended.code == 0, (command, ended.err)
        assert "Traceback" not in ended.err


@pytest.mark.parametrize("seed", [1, 2])
def test_every_end_state_is_as_asked(ddm, download_dir, seed):
    ddm.configure(MANY)
    files = {f"/{number}.bin": content(number) for number in range(1, JOBS + 1)}
    wishes = Wishes(ddm, seed)
    with (
        PacedServer(files, bytes_per_s=BYTES_PER_S) as server,
        ddm.start("run", "--forever") as run,
    ):
        urls = "".join(f"{server.url(path)}\n" for path in files)
        assert ddm("add", "--max-segments", "1", "-i", "-", stdin=urls).code == 0
        for _ in range(ROUNDS):
            wishes.make()
        wanted = {number for number, wish in wishes.last.items() if wish == "resume"}
        until(
            lambda: all(state_of(ddm, number) == "done" for number in wanted),
            "all that shall run are done",
        )
        run.send_signal(signal.SIGTERM)
        ended = finish(run)

    assert ended.code in {0, 143}, ended.err
    assert "Traceback" not in ended.err
    jobs = {job["id"]: job["state"] for job in ddm.status()["jobs"]}
    there = {path.name: path for path in download_dir.iterdir()}
    removed = {number for number, wish in wishes.last.items() if wish == "remove"}
    # What was paused may have been done before.
    paused = set(wishes.last) - removed - wanted
    done_before = {number for number in paused if f"{number}.bin" in there}
    expected = dict.fromkeys(wanted | done_before, "done") | dict.fromkeys(
        paused - done_before, "paused"
    )
    assert jobs == expected
    assert len(paused - done_before) > 0 < len(removed), "the seed shows nothing"
    for number in removed & wishes.deleted:
        assert not {f"{number}.bin", f"{number}.bin.part"} & set(there)
    whole = {name: path for name, path in there.items() if not name.endswith(".part")}
    assert [n for n, path in whole.items() if path.read_bytes() != files[f"/{n}"]] == []
    assert {f"{number}.bin" for number in wanted} <= set(whole)
    assert [name for name in there if "(" in name] == []


@pytest.fixture
def large():
    with PacedServer({"/large.bin": body(32 * MIB)}, bytes_per_s=MIB) as server:
        yield server


def test_a_pause_is_in_force_within_half_a_second(ddm, large):
    assert ddm("add", large.url("/large.bin")).code == 0
    with ddm.start("run", "--forever") as run:
        assert large.wait_sent(4 * MIB, timeout_s=30)
        assert ddm("pause", 1).code == 0
        asked_s = time.monotonic()
        until(lambda: state_of(ddm, 1) == "paused", "the job is paused", IN_FORCE_S)
        until(lambda: not large.busy, "nothing is fetched any more")
        assert large.last_sent_s - asked_s <= IN_FORCE_S
        sent = large.acknowledged_bytes()

        assert ddm("resume", 1).code == 0
        assert large.wait_sent(sent + MIB, timeout_s=10)
        run.send_signal(signal.SIGTERM)
        finish(run)


def test_what_was_paused_and_resumed_is_fetched_once(ddm, large, download_dir):
    assert ddm("add", large.url("/large.bin")).code == 0
    with ddm.start("run", "--forever") as run:
        for goal in (4 * MIB, 12 * MIB, 20 * MIB):
            assert large.wait_sent(goal, timeout_s=30)
            assert ddm("pause", 1).code == 0
            until(lambda: state_of(ddm, 1) == "paused", "the job is paused")
            assert ddm("resume", 1).code == 0
        until(lambda: state_of(ddm, 1) == "done", "the job is done")
        run.send_signal(signal.SIGTERM)
        finish(run)

    assert (download_dir / "large.bin").read_bytes() == body(32 * MIB)
    assert large.acknowledged_bytes() / (32 * MIB) <= 1.02


def test_removing_a_running_job_with_its_files_leaves_nothing(ddm, large, download_dir):
    assert ddm("add", large.url("/large.bin")).code == 0
    with ddm.start("run", "--forever") as run:
        assert large.wait_sent(4 * MIB, timeout_s=30)
        ended = ddm("remove", "--delete-files", "--yes", 1)
        until(lambda: state_of(ddm, 1) is None, "the job is gone", IN_FORCE_S)
        until(lambda: not large.busy, "nothing is fetched any more")
        left = list(download_dir.iterdir())
        run.send_signal(signal.SIGTERM)
        finish(run)

    assert ended.code == 0, ended.err
    assert left == []
    assert ddm.status()["jobs"] == []


def test_a_job_added_to_a_waiting_run_is_fetched_at_once(ddm, large, download_dir):
    large.files["/later.bin"] = b"later"
    with ddm.start("run", "--forever") as run:
        assert ddm("add", large.url("/later.bin")).code == 0
        until((download_dir / "later.bin").exists, "the file is there")
        run.send_signal(signal.SIGTERM)
        ended = finish(run)

    assert ended.code in {0, 143}, ended.err
    assert ended.out == f"{download_dir}/later.bin\n"
