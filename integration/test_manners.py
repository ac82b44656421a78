"""How DDM behaves in somebody else's process: it changes nothing there, says nothing, and leaves nothing behind.

Each host is a script of `manners`, in a process of its own where every warning is an error.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from ddm import Manager, State
from integration.program import ROOT, Ended
from integration.servers.behaviours import Honest

BODY = bytes(range(256)) * 4096
ROUNDS = int(os.environ.get("DDM_INTERRUPTIONS", "25"))


@dataclass
class Host:
    """Runs a script to its end, in a directory of its own."""

    directory: Path
    environment: dict[str, str]
    strict: Sequence[str] = ("-X", "dev", "-W", "error")

    def command(self, script: str, *arguments: object) -> list[str]:
        path = str(ROOT / "integration" / "manners" / f"{script}.py")
        return [sys.executable, *self.strict, path, *map(str, arguments)]

    def __call__(self, script: str, *arguments: object, timeout_s: float = 100) -> Ended:
        ended = subprocess.run(
            self.command(script, *arguments),
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture
def host(ddm, tmp_path):
    (tmp_path / "host").mkdir()
    return Host(tmp_path / "host", ddm.environment)


@pytest.fixture
def served(nginx, tmp_path):
    """The arguments for files on nginx: its three bases, its certificate, and what `big` is."""
    whole = BODY * 4
    (tmp_path / "whole").write_bytes(whole)
    (nginx.files / "big").write_bytes(whole)
    for name in (*map(str, range(8)), "small"):
        (nginx.files / name).write_bytes(BODY[:100_000])
    return nginx.plain, nginx.tls, nginx.http2, nginx.certificate, tmp_path / "whole"


def test_nothing_of_the_process_is_changed_and_nothing_in_it_grows(host, served):
    assert host("unchanged", *served) == Ended(0, "", "")


@pytest.mark.parametrize(
    "scene",
    [
        "exits_with_it_open",
        "exits_within_a_loop",
        "is_closed_in_mid_flight",
        "is_closed_by_a_callback",
        "is_closed_within_a_loop",
        "loses_its_database",
        "has_callbacks_that_raise",
        "forgets_it",
        "runs_two_loops",
    ],
)
def test_nothing_is_said_by_a_host_that(host, scripted, scene):
    url = scripted.add("/endless", Honest(BODY * 64, bytes_per_s=400_000))

    ended = host("silent", scene, url)

    assert (ended.err, ended.out, ended.code) == ("", "", 0)


def test_ctrl_c_always_comes_through_and_the_next_run_goes_on_with_right_bytes(host, scripted):
    for name in range(ROUNDS):
        for number in range(4):
            scripted.add(f"/{name}-{number}", Honest(b"x" * 300_000))
    host.strict = ()  # what is left open where it came in between is closed later, which only strict hosts hear of
    ended = host("interrupted", scripted.url("").rstrip("/"), 1, ROUNDS)

    assert (ended.code, ended.err) == (0, "")
    torn, failed = map(int, ended.out.split())
    assert torn > 0
    assert failed < ROUNDS


@pytest.mark.parametrize("how", ["alone", "asyncio"])
def test_ctrl_c_ends_a_script_with_pythons_own_word(host, scripted, how):
    url = scripted.add("/endless", Honest(BODY * 64, bytes_per_s=400_000))
    with subprocess.Popen(
        host.command("waiting", how, url),
        cwd=host.directory, env=host.environment, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert scripted.wait_for(["/endless"])
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)

    assert process.returncode == -signal.SIGINT
    assert said.splitlines()[-1] == "KeyboardInterrupt"
    assert "ignored" not in said
    with Manager.open(host.directory / "state") as manager:
        assert manager.job(1).state is State.QUEUED


def test_a_forked_child_does_nothing_to_its_parent_and_holds_nothing_of_it(host, served):
    ended = host("forked", *served)
    pids = [int(pid) for pid in ended.out.split()]
    try:
        assert (ended.code, ended.err) == (-signal.SIGKILL, "")
        with Manager.open(host.directory / "state") as manager:
            job = manager.job(19)
            while not job.view().done_bytes:
                manager.turn(1.0)
                assert not job.over, job.view().failure
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("manner", ["ignores", "reaps"])
def test_a_host_may_reap_our_children_or_not_care(host, scripted, manner):
    url = scripted.add("/file", Honest(BODY))

    assert host("reaped", manner, url) == Ended(0, "", "")


def test_several_managers_fetch_at_once_in_one_process(host, scripted, tmp_path):
    (tmp_path / "body").write_bytes(BODY)
    url = scripted.add("/file", Honest(BODY))

    assert host("two", url, tmp_path / "body") == Ended(0, "", "")
