"""Every job there is."""

import pytest

from ddm import DownloadError, State
from ddm.core.view import recorded


def test_what_is_over_comes_first_then_the_queue_in_its_order(manager, server, tmp_path, until):
    first = manager.add(f"{server.url}/first", tmp_path)
    failed = manager.add(f"{server.url}/none", tmp_path)
    manager.wait(first, failed)
    rests = manager.add(f"{server.url}/rests", tmp_path)
    rests.pause()
    until(lambda: rests.state is State.PAUSED)
    slow = manager.add(f"{server.url}/gated", tmp_path, priority=1)
    until(lambda: slow.view().done_bytes)

    views = manager.views()
    assert [(view.id, view.state) for view in views] == [
        (first.id, State.DONE),
        (failed.id, State.FAILED),
        (slow.id, State.RUNNING),
        (rests.id, State.PAUSED),
    ]
    assert views[2] == manager.view().jobs[0]
    with pytest.raises(DownloadError):
        failed.result()
    assert views[1].failure.code == 3


def test_of_what_is_not_in_work_it_says_what_its_row_says(manager, server, tmp_path, until):
    job = manager.add(f"{server.url}/gated?", tmp_path / "new", max_bytes_per_sec=5000)
    job.pause()
    done = manager.add(f"{server.url}/a", tmp_path)
    manager.wait(done)
    until(lambda: job.state is State.PAUSED)

    store = manager._house.store
    assert [*manager.views()] == [recorded(store.get(each.id)) for each in (done, job)]


def test_a_job_that_is_not_written_yet_is_not_among_them(manager):
    manager.add("http://127.0.0.1:9/", "/nowhere")
    assert manager.views() == ()
    manager.turn()
    assert len(manager.views()) == 1
