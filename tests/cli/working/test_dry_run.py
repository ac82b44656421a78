import json

import pytest

from ddm.cli.working.dry_run import dry_run, place_of, plan_object, plan_text
from ddm.core.circumstances import Found
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.limits import Limits, RetryLimits
from ddm.record import State
from ddm.spec import Checksum, JobSpec

LIMITS = Limits(retry=RetryLimits(max_attempts=1))
SHA256 = Checksum("sha-256", "a" * 64)
MD5 = Checksum("md5", "b" * 32)
FOUND = Found(
    name="a.iso", size_bytes=3 << 20, ranges=True, etag='"one"', last_modified="yesterday",
    content_coding=None, url="http://mirror/a.iso?sig=***", connections=3, digests=(SHA256,),
)  # fmt: skip
FAILURE = Failure(Kind.NOT_FOUND, "the server answered 404", Exit.NOT_FOUND)


@pytest.fixture
def spec(tmp_path):
    def make(name=None, **more):
        return JobSpec("http://me:secret@h/a.iso?sig=secret", str(tmp_path), name, **more)

    return make


def test_a_plan_for_people(spec, tmp_path):
    given = spec(checksums=(MD5,), mirrors=("http://m/a?k=secret",))

    assert plan_text(given, FOUND) == "\n".join(
        [
            "a.iso",
            "  from       http://mirror/a.iso?sig=***",
            "  size       3.0 MiB (3,145,728 bytes)",
            "  ranges     yes, 3 connections",
            '  validator  ETag "one", Last-Modified yesterday',
            f"  digest     {SHA256}, from the server",
            f"  digest     {MD5}, asked for",
            "  mirror     http://m/a?k=***",
            f"  to         {tmp_path}/a.iso",
        ]
    )


def test_a_plan_of_what_the_server_does_not_say(spec):
    found = Found("a\x1b", None, False, None, None, "gzip", "http://h/", 1)
    said = plan_text(spec(), found)

    assert said.startswith("a\\x1b\n")
    assert "  size       not known\n" in said
    assert "  ranges     no, 1 connection\n" in said
    assert "  validator  none: " in said
    assert "  coding     gzip\n" in said


def test_a_plan_for_programs(spec, job_view, tmp_path):
    given = spec(checksums=(MD5,), mirrors=("http://m/a?k=secret",))

    assert plan_object(given, job_view(state=State.DONE, found=FOUND)) == {
        "url": "http://***@h/a.iso?sig=***",
        "mirrors": ["http://m/a?k=***"],
        "directory": str(tmp_path),
        "final_url": "http://mirror/a.iso?sig=***",
        "name": "a.iso",
        "path": f"{tmp_path}/a.iso",
        "note": None,
        "size_bytes": 3 << 20,
        "ranges": True,
        "connections": 3,
        "etag": '"one"',
        "last_modified": "yesterday",
        "content_coding": None,
        "digests": [
            {"algorithm": "sha-256", "hex": SHA256.hex, "by": "server"},
            {"algorithm": "md5", "hex": MD5.hex, "by": "user"},
        ],
        "error": None,
    }


@pytest.mark.parametrize("reached", [True, False])
def test_what_was_not_found_has_the_same_fields(spec, job_view, reached):
    view = job_view(state=State.FAILED, failure=FAILURE) if reached else None
    plan = plan_object(spec(), view)

    assert plan.keys() == plan_object(spec(), job_view(found=FOUND)).keys()
    assert plan["error"] == (
        {"kind": "not-found", "message": "the server answered 404", "exit_status": 3}
        if reached
        else None
    )
    assert plan["name"] is plan["path"] is plan["size_bytes"] is None


@pytest.mark.parametrize(
    ("there", "asked", "more", "name", "note"),
    [
        ([], None, {}, "a.iso", ""),
        (["a.iso"], None, {}, "a (1).iso", "exists; would be saved as a (1).iso, if it is not"),
        (["a.iso", "a (1).iso.part"], None, {}, "a (2).iso", "exists; would be saved as a (2).iso"),
        (["a.iso"], "a.iso", {}, None, "exists; would fail: move it away, or give --overwrite"),
        (["a.iso"], "a.iso", {"overwrite": True}, "a.iso", "exists; would be replaced"),
        (["a.iso.part"], None, {}, "a.iso", "a.iso.part is there; if this job began it, it goes on"),
    ],
)  # fmt: skip
def test_what_is_there_already_is_told(spec, tmp_path, there, asked, more, name, note):
    for each in there:
        (tmp_path / each).touch()
    place = place_of(spec(asked, **more), "a.iso")

    assert place.path == (None if name is None else str(tmp_path / name))
    assert place.note.startswith(note)
    assert bool(place.note) == bool(note)


def test_it_asks_and_writes_nothing(httpserver, home, capsys):
    httpserver.expect_request("/a.iso").respond_with_data(b"abc", headers={"ETag": '"one"'})
    spec = JobSpec(httpserver.url_for("/a.iso"), str(home / "files"))

    assert dry_run([spec], LIMITS, as_json=False) == 0
    assert capsys.readouterr().out.startswith("a.iso\n  from       http://")
    assert list(home.iterdir()) == []


def test_what_fails_is_told_and_is_the_exit_status(httpserver, home, capsys):
    httpserver.expect_request("/a.iso").respond_with_data(b"abc")
    specs = [JobSpec(httpserver.url_for(path), str(home)) for path in ("/none", "/a.iso")]
    httpserver.expect_request("/none").respond_with_data(status=404)

    assert dry_run(specs, LIMITS, as_json=True) == Exit.NOT_FOUND
    said = capsys.readouterr()
    first, second = json.loads(said.out)["jobs"]
    assert (first["error"]["exit_status"], second["name"]) == (3, "a.iso")
    assert said.err.startswith("ddm: none: ")


def test_nothing_to_do_is_no_error(home, capsys):
    assert dry_run([], LIMITS, as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"version": 1, "jobs": []}
