import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import ddm
import ddm.testing
from ddm import DownloadError, State
from ddm.embed import on_asyncio
from ddm.testing import Cut, Trouble, Violation, rehearsal

ROOT = Path(__file__).parents[2]
URL = "https://example.org/b.iso"
CONTENT = bytes(range(256)) * 20_000  # several pieces


@pytest.fixture
def stage():
    with rehearsal() as stage:
        yield stage


@pytest.fixture
def manager(stage):
    return stage.manager()


def test_a_job_is_fetched_and_its_file_is_real(stage, manager, tmp_path):
    stage.serve(URL, CONTENT)

    job = manager.add(URL, tmp_path)

    assert manager.wait(job)
    assert (job.result(), job.result().read_bytes()) == (tmp_path / "b.iso", CONTENT)
    assert {request.url for request in stage.requests} == {URL}
    assert (manager.idle, manager.deadline()) == (True, None)


def test_a_wait_passes_at_once(stage, manager, tmp_path):
    stage.serve(URL, CONTENT, fails=[503, 503], retry_after_s=300)

    manager.wait(manager.add(URL, tmp_path))

    statuses = [(request.status, request.at_s // 300) for request in stage.requests][:3]
    assert statuses == [(503, 0), (503, 1), (206, 2)]
    assert stage.now_s > 600


@pytest.mark.parametrize(
    "shape",
    [
        {"fails": [Cut(1000), Trouble.RESET_EARLY, Trouble.STALL_BODY, Trouble.UNRESOLVED]},
        {"ranges": False},
        {"ranges": False, "length": False, "etag": None},
        {"hangs_up_bytes": 700_000},
        {"digest": "right", "fails": [Trouble.FLIP]},
    ],
)
def test_odd_servers_are_coped_with(stage, manager, tmp_path, shape):
    stage.serve(URL, CONTENT, **shape)

    job = manager.add(URL, tmp_path)
    manager.wait(job)

    assert job.result().read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://example.org/other", "404 Not Found"),
        ("https://example.net/x", "nobody serves https://example.net/x in this rehearsal"),
        ("https://example.org/away", "nobody serves https://example.com/ in this rehearsal"),
    ],
)
def test_what_nobody_serves_fails_and_is_named(stage, manager, tmp_path, url, message):
    stage.serve(URL, CONTENT)
    stage.redirect("https://example.org/away", "https://example.com/")

    job = manager.add(url, tmp_path / "f")
    manager.wait(job)

    with pytest.raises(DownloadError, match=message):
        job.result()


def test_a_file_that_changes_on_the_way_is_not_mixed(stage, manager, tmp_path):
    stage.serve(URL, CONTENT)
    stage.after(0.3, lambda: stage.serve(URL, CONTENT[::-1]))

    job = manager.add(URL, tmp_path)
    manager.wait(job)

    with pytest.raises(DownloadError, match="changed"):
        job.result()
    assert not (tmp_path / "b.iso").exists()


def test_a_job_goes_on_when_its_queue_is_opened_again(stage, tmp_path):
    stage.serve(URL, CONTENT)
    with stage.manager(tmp_path / "state") as first:
        job = first.add(URL, tmp_path)
        assert not first.wait(job, timeout_s=0.4)
        fetched_bytes = job.view().done_bytes
        assert 0 < fetched_bytes < len(CONTENT)

    second = stage.manager(tmp_path / "state")
    again = second.job(1)
    assert again.view().done_bytes >= fetched_bytes
    second.wait(again)

    assert again.result().read_bytes() == CONTENT


def test_a_cue_steers_a_job_at_its_moment(stage, manager, tmp_path):
    stage.serve(URL, CONTENT)
    job, states = manager.add(URL, tmp_path), []
    stage.after(0.2, job.pause)
    stage.after(60.0, lambda: (states.append(job.state), job.resume()))

    manager.wait(job)

    assert states == [State.PAUSED]
    assert 60.0 < stage.now_s < 120.0


def test_who_waits_in_vain_is_told_with_what_happened(stage, manager, tmp_path):
    stage.serve(URL, CONTENT)
    job = manager.add(URL, tmp_path)
    stage.after(0.2, job.pause)

    with pytest.raises(Violation, match=f"(?s)nothing will ever happen.*GET {URL}"):
        manager.wait(job)


def test_the_same_seed_tells_the_same_story(tmp_path):
    def story(seed, directory):
        with rehearsal(seed) as stage:
            stage.serve(URL, CONTENT, fails=[503, Trouble.DRIP, Cut(100_000)])
            manager = stage.manager()
            manager.wait(manager.add(URL, directory / "f"))
            return stage.story

    first, again, other = (story(seed, tmp_path / f"{n}") for n, seed in enumerate((1, 1, 2)))
    assert first == again
    assert first != other


def test_managers_are_closed_with_the_rehearsal(tmp_path):
    with rehearsal() as stage:
        stage.manager(tmp_path)

    with rehearsal() as stage:
        stage.manager(tmp_path)


def test_asyncio_turns_it_and_waits_for_nothing_but_coroutines(stage, manager, tmp_path):
    stage.serve(URL, CONTENT, fails=[503], retry_after_s=500)

    async def program():
        async with on_asyncio(manager):
            job = manager.add(URL, tmp_path)
            path = await job
            later = manager.add(URL, tmp_path / "later")
            return path.read_bytes(), (await later).read_bytes()

    assert asyncio.run(program()) == (CONTENT, CONTENT)
    assert stage.now_s > 500


def test_in_the_place_of_open_it_serves_a_program_that_opens_managers_itself(
    stage, tmp_path, monkeypatch
):
    stage.serve(URL, CONTENT)
    monkeypatch.setattr(ddm.Manager, "open", stage.manager)

    with ddm.Manager.open(None) as manager:
        manager.wait(manager.add(URL, tmp_path))

    assert (tmp_path / "b.iso").read_bytes() == CONTENT


def test_a_script_downloads_one_file(stage, tmp_path, monkeypatch):
    stage.serve(URL, CONTENT, fails=[503], retry_after_s=60)
    monkeypatch.setattr(ddm, "download", stage.download)

    assert ddm.download(URL, tmp_path).read_bytes() == CONTENT
    assert stage.now_s > 60

    with pytest.raises(DownloadError, match="404"):
        ddm.download("https://example.org/other", tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / "b.iso"]


def test_a_download_with_a_state_directory_goes_on_with_what_was_fetched(stage, tmp_path):
    stage.serve(URL, CONTENT, fails=[200, *[Cut(100_000)] * 20])
    few = ddm.Limits(retry=ddm.RetryLimits(max_attempts=1))
    with pytest.raises(DownloadError):
        stage.download(URL, tmp_path / "f", state_dir=tmp_path / "state", limits=few)
    assert (tmp_path / "f.part").exists()

    stage.serve(URL, CONTENT)
    path = stage.download(URL, tmp_path / "f", state_dir=tmp_path / "state")

    assert path.read_bytes() == CONTENT


def test_a_probe_fetches_nothing(stage, manager, tmp_path):
    stage.serve(URL, CONTENT)

    probe = manager.probe(URL)
    manager.wait(probe)

    assert probe.result().size_bytes == len(CONTENT)


def test_a_rehearsal_needs_no_pycurl(tmp_path):
    program = f"""
import sys
sys.modules["pycurl"] = None
from ddm.testing import rehearsal
with rehearsal() as stage:
    stage.serve({URL!r}, b"content")
    manager = stage.manager()
    job = manager.add({URL!r}, {str(tmp_path)!r})
    manager.wait(job)
    assert job.result().read_bytes() == b"content"
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_every_name_that_is_promised_is_there():
    assert [name for name in ddm.testing.__all__ if not hasattr(ddm.testing, name)] == []
