"""The queue's database lost, cut, overwritten or too new: one sentence, and never a wrong file."""

import random
import signal
import sqlite3
from pathlib import Path

import pytest

from integration.program import finish
from integration.servers.behaviours import Gated, Honest
from integration.servers.bodies import body

MIB = 1 << 20
SIZE = 6 * MIB


def state_of(ddm):
    return Path(ddm.environment["XDG_STATE_HOME"], "ddm")


def half(ddm, scripted):
    """A download that was ended half way. Its URL and the part file's bytes."""
    gate = Gated(body(SIZE, seed=1), limit_bytes=SIZE // 2)
    url = scripted.add("/file.bin", gate)
    with ddm.start("get", url) as process:
        assert gate.wait_until_reached()
        process.send_signal(signal.SIGTERM)
        finish(process)
    gate.release()
    return url, (ddm.directory / "file.bin.part").read_bytes()


def cut(to):
    def damage(state):
        path = state / "jobs.db"
        path.write_bytes(path.read_bytes()[: to if to >= 0 else to + path.stat().st_size])

    return damage


def overwrite(first, stop):
    def damage(state):
        path = state / "jobs.db"
        old = path.read_bytes()
        end = min(stop, len(old))
        noise = random.Random(first).randbytes(end - first)
        path.write_bytes(old[:first] + noise + old[end:])

    return damage


def swap(old, new):
    assert len(old) == len(new)

    def damage(state):
        path = state / "jobs.db"
        assert old in path.read_bytes()
        path.write_bytes(path.read_bytes().replace(old, new))

    return damage


def forget(state):
    (state / "jobs.db").unlink()


def garble_log(state):
    (state / "jobs.db-wal").write_bytes(random.Random(7).randbytes(100_000))


# What is done to the database, and whether the queue is lost with it.
DAMAGES = {
    "missing": (forget, False),
    "empty": (cut(0), False),
    "cut in its head": (cut(50), True),
    "cut after its head": (cut(100), True),
    "one page": (cut(4096), True),
    "half a page too short": (cut(-2048), True),
    "a page too short": (cut(-4096), True),
    "garbage": (overwrite(0, 1 << 30), True),
    "a garbage head": (overwrite(0, 100), True),
    "a garbage schema": (overwrite(100, 4096), True),
    "garbage pages": (overwrite(4096, 1 << 30), True),
    "a schema that is no text": (
        swap(b"CREATE INDEX jobs_state", b"CREATE IND\xd7X jobs_state"),
        True,
    ),
    "a column of another name": (swap(b"asked_name TEXT", b"asked_nbme TEXT"), True),
}


@pytest.mark.parametrize(("damage", "kept"), DAMAGES.values(), ids=DAMAGES)
def test_a_new_queue_is_begun_and_the_damaged_one_is_kept(
    ddm, scripted, download_dir, damage, kept
):
    url, part = half(ddm, scripted)
    damage(state_of(ddm))
    old = (state_of(ddm) / "jobs.db").read_bytes() if kept else b""

    ended = ddm("get", url)

    assert ended.code == 0, ended.err
    assert "Traceback" not in ended.err
    aside = [path.read_bytes() for path in state_of(ddm).glob("jobs.db.damaged-*[0-9]")]
    told = [line for line in ended.err.splitlines() if "damaged-" in line]
    assert (aside, len(told)) == (([old], 1) if kept else ([], 0)), ended.err
    # The orphan is somebody's: neither trusted nor overwritten, so the file goes beside it.
    assert (download_dir / "file.bin.part").read_bytes() == part
    assert (download_dir / "file (1).bin").read_bytes() == body(SIZE, seed=1)
    assert sorted(path.name for path in download_dir.iterdir()) == [
        "file (1).bin",
        "file.bin.part",
    ]


def test_a_garbage_log_beside_the_database_does_no_harm(ddm, scripted, download_dir):
    url, _ = half(ddm, scripted)
    garble_log(state_of(ddm))

    ended = ddm("get", url)

    assert ended.code == 0, ended.err
    assert "Traceback" not in ended.err
    whole = [path for path in download_dir.iterdir() if path.suffix == ".bin"]
    assert [path.read_bytes() for path in whole] == [body(SIZE, seed=1)]


@pytest.mark.parametrize("command", ["get", "run", "status", "add", "pause", "resume", "remove"])
def test_a_database_of_a_newer_ddm_is_refused_and_left_as_it_is(ddm, scripted, command):
    url = scripted.add("/file.bin", Honest(b"x"))
    assert ddm("add", url).code == 0
    path = state_of(ddm) / "jobs.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA user_version = 1000")
    connection.close()
    before = path.read_bytes()
    arguments = {"get": [url], "add": [url], "run": [], "status": []}.get(command, ["1"])

    ended = ddm(command, *arguments)

    assert ended.code == 42, ended.err
    assert "newer ddm" in ended.err
    assert (ended.err.count("\n"), "Traceback" in ended.err) == (1, False)
    assert path.read_bytes() == before
    assert [each.name for each in state_of(ddm).glob("jobs.db.damaged*")] == []
    assert scripted.log == []


@pytest.mark.parametrize("seed", range(8))
def test_random_damage_is_never_a_wrong_file_nor_a_traceback(ddm, scripted, download_dir, seed):
    url, _ = half(ddm, scripted)
    chance = random.Random(seed)
    path = state_of(ddm) / "jobs.db"
    old = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 8, 64])):
        old[chance.randrange(len(old))] = chance.randrange(256)
    path.write_bytes(old)

    ended = ddm("get", url)

    assert "Traceback" not in ended.err
    assert "should not have happened" not in ended.err
    assert ended.code in {0, 41, 42}, ended.err  # 41: a validator was hit
    whole = [path for path in download_dir.iterdir() if path.suffix == ".bin"]
    assert [each.name for each in whole if each.read_bytes() != body(SIZE, seed=1)] == []
    assert bool(whole) == (ended.code == 0)
