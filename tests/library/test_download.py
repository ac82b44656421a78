"""One file, for scripts."""

import asyncio

import pytest

import ddm
from ddm import State, download
from ddm.record import Wanted
from ddm.store.jobs import JobStore

GATED_BYTES = 4 << 20
PIB = 1 << 50


@pytest.fixture
def place(tmp_path):
    """An empty directory."""
    path = tmp_path / "place"
    path.mkdir()
    return path


@pytest.fixture
def names(place):
    """What is in it."""
    return lambda: sorted(path.name for path in place.iterdir())


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def store(connect):
    """The queue in it, as another process sees it."""
    return lambda: JobStore(connect())


def once_it_has_bytes(deed):
    """Calls `deed` as soon as something of the file is there, each time."""
    return lambda view: deed() if view.done_bytes and not view.state.ended else None


def interrupt():
    raise KeyboardInterrupt


@pytest.fixture
def open_gates(server):
    def opened():
        server.gate.set()
        server.end.set()

    return opened


def test_it_returns_the_path_of_the_file_and_leaves_nothing_else(server, place, names):
    assert download(f"{server.url}/a", place) == place / "a"
    assert download(f"{server.url}/a", place / "b") == place / "b"
    assert names() == ["a", "b"]


def test_it_tells_how_it_stands_now_and_then_and_at_the_end(server, place, open_gates):
    views = []
    download(
        f"{server.url}/gated",
        place,
        on_progress=lambda view: (views.append(view), once_it_has_bytes(open_gates)(view)),
    )

    assert views[-1].state is State.DONE
    assert views[-1].done_bytes == GATED_BYTES
    assert 0 < views[-2].done_bytes < GATED_BYTES


def test_a_failure_is_raised_and_nothing_is_left(server, place, names):
    with pytest.raises(ddm.DownloadError, match="404") as caught:
        download(f"{server.url}/none", place)
    assert caught.value.code == ddm.Exit.NOT_FOUND

    with pytest.raises(ddm.DownloadError, match="asked for") as caught:
        download(f"{server.url}/a", place, checksums=[f"md5:{'0' * 32}"])
    assert caught.value.code == ddm.Exit.CHECKSUM
    assert names() == []


def test_the_error_of_a_callback_ends_it(server, place, names):
    with pytest.raises(ZeroDivisionError):
        download(f"{server.url}/gated", place, on_progress=once_it_has_bytes(lambda: 1 / 0))
    assert names() == []


def test_an_interrupted_one_in_memory_leaves_nothing(server, place, names):
    with pytest.raises(KeyboardInterrupt):
        download(f"{server.url}/gated", place, on_progress=once_it_has_bytes(interrupt))
    assert names() == []


def test_one_that_is_interrupted_before_its_part_file_is_recorded_leaves_nothing(
    server, place, names, monkeypatch
):
    monkeypatch.setattr(JobStore, "write", lambda *_: interrupt())
    with pytest.raises(KeyboardInterrupt):
        download(f"{server.url}/gated", place)
    assert names() == []


def test_a_whole_file_stays_whatever_comes_after_it(server, place, names):
    def at_the_end(view):
        if view.state is State.DONE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(f"{server.url}/a", place, on_progress=at_the_end)
    assert names() == ["a"]


def test_with_a_state_directory_the_next_call_goes_on(
    server, place, names, state, store, open_gates
):
    url, before = f"{server.url}/gated", []
    with pytest.raises(KeyboardInterrupt):
        download(url, place, state_dir=state, on_progress=once_it_has_bytes(interrupt))
    assert names() == ["gated.part"]
    open_gates()

    path = download(
        url, place, state_dir=state, on_progress=lambda view: before.append(view.done_bytes)
    )
    assert path.stat().st_size == GATED_BYTES
    (job,) = store().all()
    assert job.state is State.DONE
    assert job.receipt.fetched_bytes < GATED_BYTES


def test_a_failed_one_is_tried_again(server, place, state, store):
    url = f"{server.url}/none"
    for _ in range(2):
        with pytest.raises(ddm.DownloadError, match="404"):
            download(url, place, state_dir=state)

    assert [job.state for job in store().all()] == [State.FAILED]


def test_a_file_that_is_there_is_not_fetched_again(server, place, names, state):
    first = download(f"{server.url}/a", place, state_dir=state).stat()
    assert download(f"{server.url}/a", place, state_dir=state).stat() == first
    assert names() == ["a"]


def test_a_file_that_is_gone_is_fetched_again(server, place, names, state):
    download(f"{server.url}/a", place, state_dir=state).unlink()
    download(f"{server.url}/a", place, state_dir=state)
    assert names() == ["a"]


def test_a_file_that_is_another_one_by_now_is_said(server, place, state, store, open_gates):
    open_gates()
    path = download(f"{server.url}/gated", place, state_dir=state)
    store()._update("etag = ?", "id = 1", '"old"')

    with pytest.raises(ddm.DownloadError, match="ETag") as caught:
        download(f"{server.url}/gated", place, state_dir=state)
    assert caught.value.code == ddm.Exit.CHANGED
    assert path.stat().st_size == GATED_BYTES


def test_a_restart_forgets_what_was_fetched(server, place, names, state, store, open_gates):
    url = f"{server.url}/gated"
    with pytest.raises(KeyboardInterrupt):
        download(url, place, state_dir=state, on_progress=once_it_has_bytes(interrupt))
    open_gates()
    download(url, place, state_dir=state, force_restart=True)

    assert names() == ["gated"]
    assert store().get(1).receipt.fetched_bytes >= GATED_BYTES


def test_other_jobs_of_the_queue_are_left_alone(server, place, names, state, store):
    with ddm.Manager.open(state) as manager:
        manager.add(f"{server.url}/other", place)
    download(f"{server.url}/a", place, state_dir=state)

    assert names() == ["a"]
    assert store().get(1).state is State.QUEUED


def test_a_queue_that_somebody_works_on_is_held(server, place, state):
    with ddm.Manager.open(state), pytest.raises(ddm.HeldError):
        download(f"{server.url}/a", place, state_dir=state)


@pytest.mark.parametrize(("wanted", "said"), [(Wanted.REMOVE, "removed"), (Wanted.PAUSE, "paused")])
def test_what_others_wish_for_it_is_said(server, place, state, store, wanted, said):
    def wish():
        store().wish([1], wanted)

    with pytest.raises(ddm.DownloadError, match=rf"/gated \(job 1\) (was|is) {said}") as caught:
        download(f"{server.url}/gated", place, state_dir=state, on_progress=once_it_has_bytes(wish))
    assert caught.value.code == ddm.Exit.UNFINISHED


def test_a_full_disk_is_not_waited_for(server, place):
    with pytest.raises(ddm.DownloadError) as caught:
        download(f"{server.url}/huge?{PIB}", place)
    assert caught.value.code == ddm.Exit.DISK_FULL


def test_an_unfinished_file_that_was_forgotten_is_in_the_way_of_its_name_alone(
    server, place, names
):
    (place / "a.part").write_bytes(b"of a process that was killed")
    with pytest.raises(ddm.DownloadError) as caught:
        download(f"{server.url}/a", place / "a")

    assert str(caught.value) == (
        f"{place / 'a.part'} is in the way, an unfinished file of another download; "
        "remove it if nobody goes on with it, or choose another name"
    )
    assert download(f"{server.url}/a", place) == place / "a (1)"
    assert names() == ["a (1)", "a.part"]


@pytest.mark.parametrize("options", [{"checksums": ["md5:0"]}, {"max_segments": -1}])
def test_what_makes_no_sense_is_refused_before_anything_is_done(state, place, options):
    with pytest.raises(ddm.UsageError):
        download("http://127.0.0.1/a", place, state_dir=state, **options)
    assert not state.exists()


def test_a_loop_that_runs_is_blocked_but_no_harm_comes_of_it(server, place):
    async def main():
        return download(f"{server.url}/a", place)

    assert asyncio.run(main()) == place / "a"
