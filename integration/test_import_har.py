"""`ddm import-har` through the installed program: what is added is fetched, and a large file costs little."""

import base64
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from integration.hostile import measured
from integration.servers.behaviours import Honest
from integration.servers.bodies import body

CONTENT = body(500_000, seed=21)
MB = 1_000_000
RSS_BYTES_MAX = 100 * MB


def entry(url, *, status=200, asked=(), text="", redirect="", method="GET"):
    fields = [{"name": name, "value": value} for name, value in asked]
    content = {"size": len(text), "mimeType": "", "text": text, "encoding": "base64"}
    return {
        "startedDateTime": "2024-01-01T00:00:00.000Z",
        "request": {"method": method, "url": url, "headers": fields},
        "response": {
            "status": status,
            "headers": [],
            "redirectURL": redirect,
            "content": content,
        },
    }


def har(*entries):
    return json.dumps({"log": {"version": "1.2", "entries": entries}}, indent=2)


@pytest.fixture
def large(tmp_path):
    """Makes a HAR of that size with bodies in base64 and as escaped text; gone after the test."""
    directory = tmp_path / "large"
    directory.mkdir()
    path = directory / "page.har"

    def write(size_bytes, *entries):
        encoded = base64.b64encode(random.Random(1).randbytes(2 * MB)).decode()
        script = 'let a = "b\\\\";\n\t/* \u00e9 */ ' * 10_000
        bodies = [encoded, script, encoded[:90_000]]
        with path.open("w") as file:
            file.write('{"log": {"version": "1.2", "entries": [')
            while file.tell() < size_bytes:
                for text in bodies:
                    url = f"http://127.0.0.1/{file.tell()}?{'x' * 300}"
                    asked = [("User-Agent", "Mozilla"), ("Cookie", f"a={file.tell()}")]
                    file.write(json.dumps(entry(url, asked=asked, text=text)) + ",\n")
            file.write(",".join(map(json.dumps, entries)) + "]}}")
        return path

    yield write
    shutil.rmtree(directory)


def test_the_redirect_is_followed_and_the_file_fetched(ddm, scripted, download_dir, tmp_path):
    end = scripted.add("/files/a.bin", Honest(CONTENT))
    asked = [("User-Agent", "Mozilla/5.0"), ("Cookie", "sid=s3cret"), ("If-Range", '"x"')]
    path = tmp_path / "page.har"
    path.write_text(
        har(
            entry(scripted.url("/get"), status=302, redirect="/files/a.bin"),
            entry(end, asked=asked),
            entry(scripted.url("/post"), method="POST"),
        )
    )
    added = ddm("import-har", "--pick", "/get", path)
    ran = ddm("run")

    assert (added.code, added.out) == (0, "1\n"), added.err
    assert added.err.count("\n") == 2
    assert ran.code == 0, ran.err
    assert (download_dir / "a.bin").read_bytes() == CONTENT
    assert {request.path for request in scripted.log} == {"/files/a.bin"}
    assert {request.headers["user-agent"] for request in scripted.log} == {"Mozilla/5.0"}
    assert not any("cookie" in request.headers for request in scripted.log)


def test_with_the_flag_cookies_are_sent(ddm, scripted):
    end = scripted.add("/a.bin", Honest(CONTENT))
    added = ddm(
        "import-har", "--allow-cookies", "-", stdin=har(entry(end, asked=[("cookie", "a=s3cret")]))
    )

    assert (added.code, added.out) == (0, "1\n"), added.err
    assert ddm("run").code == 0
    assert {request.headers["cookie"] for request in scripted.log} == {"a=s3cret"}
    assert "s3cret" not in added.err + json.dumps(ddm.status())


def test_a_dry_run_prints_and_leaves_nothing(ddm):
    ran = ddm("import-har", "--dry-run", "-", stdin=har(entry("http://127.0.0.1/a.bin?k=s3cret")))

    assert ran.code == 0, ran.err
    assert ran.out.startswith("http://127.0.0.1/a.bin?k=***\n")
    assert ddm.status()["jobs"] == []


def test_what_is_no_har_is_one_sentence_and_adds_nothing(ddm):
    ran = ddm("import-har", "-", stdin='{"log": {"entries": [{"request": ')

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "ddm: <stdin>: this is no HAR: at byte 33 it ends in the middle; "
        "save the list of the browser's network panel as HAR again\n"
    )
    assert ddm.status()["jobs"] == []


def test_the_help_has_examples_and_names_every_option(ddm):
    ran = ddm("import-har", "--help")

    assert (ran.code, ran.err) == (0, "")
    for word in ("--allow-cookies", "--pick", "--dir", "--dry-run", "--quiet", "&& ddm run"):
        assert word in ran.out


def test_200_mb_take_less_than_100_mb_of_memory(ddm, large, tmp_path):
    path = large(200 * MB, entry("http://127.0.0.1/last.iso"))
    report = tmp_path / "report"
    command = [sys.executable, "-m", "ddm", "import-har", "--pick", r"last\.iso", str(path)]
    measuring = [sys.executable, "-I", "-S", str(Path(measured.__file__)), "100", str(report)]
    ran = subprocess.run(
        [*measuring, *command],
        env=ddm.environment,
        capture_output=True,
        text=True,
        check=True,
    )

    code, hung, rss_bytes, _ = report.read_text().split()
    assert (code, hung, ran.stdout) == ("0", "0", "1\n"), ran.stderr
    assert int(rss_bytes) < RSS_BYTES_MAX
