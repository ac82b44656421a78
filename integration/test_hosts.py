"""`ddm hosts` as installed: beside a manager at work, out into a file and back, with a row that makes no sense."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from integration.program import finish
from integration.servers.behaviours import First, Honest, Status
from integration.servers.bodies import body

MIB = 1 << 20
CONTENT = body(8 * MIB, seed=5)


@pytest.fixture
def database(ddm):
    return Path(ddm.environment["XDG_STATE_HOME"], "ddm", "jobs.db")


def known(ddm):
    """What `ddm hosts --json` says, by key."""
    ended = ddm("hosts", "--json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)["hosts"]


def bring(ddm, **hosts):
    """Import what has been learned just now of these."""
    lessons = {key: {"learned_s": time.time(), **fields} for key, fields in hosts.items()}
    return ddm("hosts", "import", "-", stdin=json.dumps({"version": 1, "hosts": lessons}))


def key_of(url):
    return "http:" + url.removeprefix("http://").partition("/")[0]


def test_what_is_exported_is_imported_elsewhere(ddm, tmp_path):
    first = bring(ddm, **{"https:a.test:443": {"limit": 4}, "http:[::1]:80": {"ranges": True}})
    assert (first.code, first.err) == (0, "ddm: took in 2 origins\n")
    before = known(ddm)

    assert ddm("hosts", "export", tmp_path / "hosts.json").code == 0
    assert ddm("hosts", "forget", "--all").err == "ddm: forgot 2 origins\n"
    assert known(ddm) == {}
    assert ddm("hosts", "import", tmp_path / "hosts.json").code == 0

    assert known(ddm) == before
    assert ddm("hosts", "import", tmp_path / "hosts.json").err == (
        "ddm: took in 0 origins, 2 known as well or better\n"
    )


def test_a_file_that_is_no_export_changes_nothing(ddm):
    ended = ddm("hosts", "import", "-", stdin='{"version": 1, "hosts": {"a.test": {"x": 1}}}')

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "ddm: <stdin>: https:a.test:443 has an unknown field 'x'\n"
    assert known(ddm) == {}


def test_an_origin_is_forgotten_while_a_run_is_at_work(ddm, scripted):
    url = scripted.add("/a.bin", Honest(CONTENT, bytes_per_s=MIB))
    bring(ddm, **{key_of(url): {"limit": 1, "refusal": "503", "refused_s": time.time()}})

    with ddm.start("get", "-o", "a.bin", url) as process:
        while not scripted.log:
            time.sleep(0.01)
        began_s = time.monotonic()
        forgot = ddm("hosts", "forget", f"http://{key_of(url).removeprefix('http:')}")
        took_s = time.monotonic() - began_s
        ended = finish(process)

    assert (forgot.code, forgot.err) == (0, f"ddm: forgot {url.removesuffix('/a.bin')}\n")
    assert took_s < 4.0  # it waits for nobody; a busy machine starts a Python in two seconds
    assert (ended.code, (ddm.directory / "a.bin").read_bytes()) == (0, CONTENT)
    assert len({request.connection for request in scripted.log}) > 1


def test_a_row_that_makes_no_sense_costs_a_sentence(ddm, database, scripted):
    bring(ddm, **{"https:a.test:443": {"limit": 4}})
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE hosts SET lesson = x'ff'")

    listed = ddm("hosts")
    got = ddm("get", "-o", "a.bin", scripted.add("/a.bin", Honest(CONTENT)))

    assert (listed.code, listed.out) == (0, "")
    assert "what is kept of https:a.test:443 cannot be read" in listed.err
    assert got.code == 0
    assert "what was kept of https:a.test:443 cannot be read and is forgotten" in got.err
    assert "https:a.test:443" not in known(ddm)


def test_bench_teaches(ddm, scripted):
    # The look, and the first count's probe and its pieces, come before the refusals.
    paced = Honest(CONTENT, bytes_per_s=4 * MIB)
    url = scripted.add("/a.bin", First(4, paced, First(2, Status(503), paced)))

    ended = ddm("bench", "--max-bytes", "3M", "--connections", "3,4", url)

    assert ended.code == 0
    origin = url.removesuffix("/a.bin")
    assert ended.err == f"ddm: kept what was learned of {origin}; `ddm hosts` shows it\n"
    lesson = known(ddm)[key_of(url)]
    assert (lesson["ranges"], lesson["refusal"]) == (True, "503")
    assert 1 <= lesson["limit"] < 4
    assert origin in ddm("hosts").out


@pytest.mark.parametrize("how", ["--no-save", "rate"])
def test_a_measurement_that_is_not_to_be_kept_is_not(ddm, database, scripted, how):
    if how == "rate":
        ddm.environment["DDM_MAX_BYTES_PER_SEC"] = "16M"
    url = scripted.add("/a.bin", Honest(CONTENT))

    ended = ddm("bench", "--max-bytes", "1M", "--connections", "2", *([how] * (how != "rate")), url)

    assert ended.code == 0
    assert "kept what" not in ended.err
    assert not database.exists()


def test_a_database_that_is_busy_is_no_failure_of_a_measurement(ddm, database, scripted):
    ddm("hosts", "forget", "--all")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        ended = ddm(
            *("bench", "--max-bytes", "1M", "--connections", "2"),
            scripted.add("/a.bin", Honest(CONTENT)),
        )

    assert ended.code == 0
    assert ended.out.splitlines()[-1].startswith("recommended: ")
    assert ended.err.startswith("ddm: could not keep what was learned of http://127.0.0.1:")


def test_an_origin_may_have_more_connections_than_others(ddm, scripted):
    url = scripted.add("/a.bin", Honest(CONTENT, bytes_per_s=MIB))
    ddm("config", "set", "max_connections_per_host", "1")
    key = f"hosts.{url.removesuffix('/a.bin')}.max_connections"
    assert ddm("config", "set", key, "4").code == 0

    assert ddm("get", "-o", "a.bin", url).code == 0
    assert len({request.connection for request in scripted.log}) == 4
