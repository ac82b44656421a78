import json
import time

import pytest

from ddm.lesson import Lesson

A, B = "https:a.test:443", "http:[::1]:8080"


@pytest.fixture
def now_s(monkeypatch):
    """The time that it is, and that stands still."""
    moment_s = 1_800_000_000.0
    monkeypatch.setattr(time, "time", lambda: moment_s)
    return moment_s


@pytest.fixture
def known(store, now_s):
    store.learn(
        A,
        Lesson(
            now_s - 7200,
            connections=12,
            limit=4,
            refusal="503",
            http_version="2",
            speed_bps=5 << 20,
        ),
    )
    store.learn(B, Lesson(now_s - 60, ranges=False, not_before_s=now_s + 90))
    return store


def test_nothing_is_known_at_first(ddm):
    ran = ddm("hosts")

    assert (ran.code, ran.out, ran.err) == (0, "", "ddm: no origin has taught anything yet\n")


def test_a_line_tells_what_an_origin_taught(ddm, known):
    ran = ddm("hosts")

    assert (ran.code, ran.err) == (0, "")
    assert [line.split("  ") and " ".join(line.split()) for line in ran.out.splitlines()] == [
        "ORIGIN CONNECTIONS LIMIT WAITS HTTP SPEED AGE",
        "http://[::1]:8080 - - 1 min 30 s - - 1 min 00 s",
        "https://a.test 12 4 (503) - 2 5.0 MiB/s 2 h 00 min",
    ]


def test_json_has_what_is_known_by_scheme_host_and_port(ddm, known, now_s):
    found = json.loads(ddm("hosts", "--json").out)

    assert found == {
        "version": 1,
        "hosts": {
            B: {"learned_s": now_s - 60, "ranges": False, "not_before_s": now_s + 90},
            A: {
                "learned_s": now_s - 7200,
                "connections": 12,
                "limit": 4,
                "refusal": "503",
                "http_version": "2",
                "speed_bps": 5 << 20,
            },
        },
    }


def test_what_is_too_old_is_not_shown(ddm, store, now_s):
    store.learn(A, Lesson(now_s - 31 * 86_400, limit=4))
    store.learn(B, Lesson(now_s - 2 * 86_400, limit=4, ranges=True))

    assert list(json.loads(ddm("hosts", "--json").out)["hosts"].items()) == [
        (B, {"learned_s": now_s - 2 * 86_400, "ranges": True})
    ]


def test_a_row_that_cannot_be_read_is_told(ddm, known):
    known._database.write("INSERT INTO hosts VALUES ('https:c.test:443', 'x', 0)")

    ran = ddm("hosts")

    assert (ran.code, len(ran.out.splitlines())) == (0, 3)
    assert ran.err == (
        "ddm: what is kept of https:c.test:443 cannot be read; "
        "the next ddm that fetches forgets it\n"
    )


def test_origins_are_forgotten_by_name(ddm, known):
    ran = ddm("hosts", "forget", "a.test", "http://[::1]:8080")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "ddm: forgot https://a.test\nddm: forgot http://[::1]:8080\n"
    assert known.lessons() == {}


def test_all_origins_are_forgotten(ddm, known):
    assert ddm("hosts", "forget", "--all").err == "ddm: forgot 2 origins\n"
    assert known.lessons() == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("c.test",), "nothing is known of https://c.test; `ddm hosts` lists what is"),
        (("a.test", "c.test"), "nothing is known of https://c.test; `ddm hosts` lists what is"),
        ((), "which origins? name them, or --all; `ddm hosts` lists them"),
        (("a.test", "--all"), "which origins? name them, or --all; `ddm hosts` lists them"),
        (
            ("https://me:secret@a.test/b",),
            (
                "https://***@a.test/b is no origin: write scheme, host and port alone, "
                "as in https://a.test"
            ),
        ),
    ],
)
def test_what_cannot_be_forgotten_is_said_and_nothing_is(ddm, known, arguments, said):
    ran = ddm("hosts", "forget", *arguments)

    assert (ran.code, ran.err) == (2, f"ddm: {said}\n")
    assert len(known.lessons()) == 2


def test_json_belongs_to_the_list(ddm, known):
    assert ddm("hosts", "--json", "export").code == 2


def test_what_is_exported_is_imported(ddm, known, home):
    before = known.lessons()
    assert ddm("hosts", "export", "hosts.json").code == 0
    assert ddm("hosts", "export").out == (home / "hosts.json").read_text()
    known.forget_all()

    ran = ddm("hosts", "import", "hosts.json")

    assert (ran.code, ran.err) == (0, "ddm: took in 2 origins\n")
    assert known.lessons() == before
    assert (home / "hosts.json").stat().st_mode & 0o777 == 0o600


def test_the_newer_one_is_kept(ddm, known, home, now_s):
    document = {
        "version": 1,
        "hosts": {
            A: {"learned_s": now_s, "limit": 9},
            B: {"learned_s": now_s - 61, "limit": 9},
            "https:old.test:443": {"learned_s": now_s - 40 * 86_400, "limit": 9},
        },
    }
    (home / "hosts.json").write_text(json.dumps(document))

    ran = ddm("hosts", "import", "hosts.json")

    assert ran.err == "ddm: took in 1 origin, 1 known as well or better, 1 too old\n"
    assert {key: each.limit for key, each in known.lessons().items()} == {A: 9, B: None}


def test_a_file_that_cannot_be_written_is_said(ddm, known, home):
    ran = ddm("hosts", "export", str(home))

    assert (ran.code, ran.out) == (16, "")
    assert ran.err.startswith(f"ddm: could not write {home}: ")
