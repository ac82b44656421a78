"""What is the user's stays the user's: modes of files, secrets in URLs."""

import os
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integration.program import finish
from integration.servers.behaviours import Gated, Honest, Status, redirect
from integration.servers.bodies import body
from integration.terminal import on_a_terminal

MIB = 1 << 20
PASSWORD, SIGNATURE = "pa55-0f-a-us3r", "5ec4e7-s1gnature"
FEW_TRIES = "[retry]\nmax_attempts = 2\nbase_delay_secs = 0.01\n"


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    """Sets the umask, which every program that the test starts inherits."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def modes(ddm) -> dict[str, int]:
    """The permissions of everything that DDM made for itself, by name."""
    places = [Path(ddm.environment[name], "ddm") for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME")]
    found = [path for place in places for path in (place, *place.rglob("*"))]
    return {f"{path.parent.name}/{path.name}": stat.S_IMODE(path.stat().st_mode) for path in found}


def private(name: str) -> int:
    """The permissions of a directory of DDM, or of a file in one."""
    return 0o600 if name.startswith("ddm/") else 0o700


def test_everything_that_ddm_makes_for_itself_is_private_under_any_umask(
    ddm, scripted, download_dir, umask
):
    umask(0o000)
    gate = Gated(body(8 * MIB, seed=31), limit_bytes=4 * MIB)
    with ddm.start("get", scripted.add("/a.bin", gate)) as process:
        assert gate.wait_until_reached()
        (part,) = download_dir.iterdir()
        during, part_mode = modes(ddm), stat.S_IMODE(part.stat().st_mode)
        process.send_signal(signal.SIGINT)
        assert finish(process).code == 130
    left = stat.S_IMODE((download_dir / "a.bin.part").stat().st_mode)
    gate.release()

    assert {"ddm/jobs.db", "ddm/jobs.db-wal", "ddm/ddm.log", "ddm/config.toml"} <= during.keys()
    for found in (during, modes(ddm)):
        assert found == {name: private(name) for name in found}
    assert (part_mode, left) == (0o600, 0o600)


@pytest.mark.parametrize(("mask", "mode"), [(0o000, 0o666), (0o022, 0o644), (0o077, 0o600)])
def test_the_whole_file_has_the_permissions_that_the_umask_leaves(
    ddm, scripted, download_dir, umask, mask, mode
):
    url = scripted.add("/a.bin", Honest(b"the bytes"))
    umask(mask)

    ended = ddm("get", url)

    assert ended.code == 0, ended.err
    assert stat.S_IMODE((download_dir / "a.bin").stat().st_mode) == mode


def secret(url: str) -> str:
    """The URL with a password and a signature in it."""
    return url.replace("://", f"://user:{PASSWORD}@") + f"?X-Amz-Signature={SIGNATURE}"


def shown(ddm) -> dict[str, str]:
    """All that DDM shows and writes, but for the database, which needs the URL to go on."""
    state = Path(ddm.environment["XDG_STATE_HOME"], "ddm")
    files = [path for path in state.iterdir() if not path.name.startswith("jobs.db")]
    return {path.name: path.read_text(errors="replace") for path in files} | {
        "status": ddm("status").out,
        "status --json": ddm("status", "--json").out,
        "names": " ".join(path.name for path in ddm.directory.iterdir()),
    }


def where_secrets_are(texts: dict[str, str]) -> list[str]:
    return [name for name, text in texts.items() if PASSWORD in text or SIGNATURE in text]


@pytest.mark.parametrize(
    "behaviour",
    [
        Honest(b"whole"),
        Status(404),
        Status(401),
        Status(503),
        redirect(f"/b.bin?token={SIGNATURE}"),
        redirect(f"ftp://user:{PASSWORD}@127.0.0.1/b.bin?token={SIGNATURE}"),
        redirect(f"http://user:{PASSWORD}@127.0.0.1:1/b.bin?token={SIGNATURE}"),
    ],
    ids=["whole", "404", "401", "503", "to a 404", "to ftp", "to a closed port"],
)
def test_secrets_in_a_url_are_shown_nowhere(ddm, scripted, behaviour):
    ddm.configure(FEW_TRIES)

    ended = ddm("get", secret(scripted.add("/a.bin", behaviour)))

    texts = shown(ddm) | {"stdout": ended.out, "stderr": ended.err}
    assert where_secrets_are(texts) == []
    assert "***" in texts["status --json"]
    assert "ddm.log" in texts


@pytest.mark.parametrize("status", [200, 401, 503])
def test_secrets_in_options_are_shown_nowhere(ddm, scripted, status):
    ddm.configure(FEW_TRIES)
    options = (
        *("--cookie", f"sid={SIGNATURE}", "-H", f"X-Api-Key: {SIGNATURE}"),
        *("--user", f"user:{PASSWORD}", "--referer", f"http://127.0.0.1/?token={SIGNATURE}"),
    )

    ended = ddm("get", *options, scripted.add("/a.bin", Status(status)))

    (first, *_) = scripted.log
    assert SIGNATURE in first.headers["x-api-key"]  # so they were sent
    assert where_secrets_are(shown(ddm) | {"stdout": ended.out, "stderr": ended.err}) == []


def test_secrets_in_a_proxy_are_shown_nowhere(ddm, scripted):
    ddm.configure(FEW_TRIES)
    proxy = scripted.url("").replace("://", f"://user:{PASSWORD}@")

    ended = ddm("get", "--proxy", proxy, "http://example.invalid/a.bin")

    assert ended.code == 3, ended.err  # the proxy's own 404
    assert where_secrets_are(shown(ddm) | {"stdout": ended.out, "stderr": ended.err}) == []


def test_secrets_in_a_url_are_not_in_the_progress(ddm, scripted):
    # Slow enough for some frames; neither URL nor server gives it a name.
    url = scripted.add("/", Honest(b"x" * (MIB // 2), bytes_per_s=MIB // 2))

    written = on_a_terminal(ddm, "get", secret(url))

    assert "download" in written
    assert where_secrets_are({"terminal": written}) == []


def test_secrets_in_a_url_are_not_shown_while_the_job_is_queued(ddm, scripted):
    ended = ddm("add", secret(scripted.url("/a.bin")))

    assert where_secrets_are(shown(ddm) | {"stdout": ended.out, "stderr": ended.err}) == []
