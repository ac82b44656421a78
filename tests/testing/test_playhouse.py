from contextlib import closing

import pytest

from ddm.errors import HeldError
from ddm.limits import Limits
from ddm.record import State
from ddm.specs import spec_of
from ddm.testing.playhouse import Playhouse
from ddm.testing.scene import Scene
from ddm.testing.script import Script

CONTENT = b"content" * 1000
URL = "https://example.org/f"


@pytest.fixture
def build():
    """Builds houses that share servers and time."""
    scene = Scene.of(seed=1)
    scene.cast.enter(URL, Script(CONTENT))
    return lambda state_dir=None: Playhouse(state_dir, Limits(), scene)


def test_it_fetches_a_job_into_a_real_file(build, tmp_path):
    ended = []
    with closing(build()) as house:
        house.listeners.on_ended = ended.append
        (job,) = house.store.add([spec_of(URL, tmp_path)])
        house.work_on(None)
        while not house.idle:
            house.turn()

        assert [(view.id, view.state) for view in ended] == [(job, State.DONE)]
        assert house.reactor.deadline() is None

    assert (tmp_path / "f").read_bytes() == CONTENT


def test_it_tells_of_a_job_in_work(build, tmp_path):
    with closing(build()) as house:
        (job,) = house.store.add([spec_of(URL, tmp_path)])
        house.work_on(None)
        house.turn()

        assert house.picture(job).state is State.PROBING
        assert [view.id for view in house.view().jobs] == [job]
        assert house.explain(job, story=True).story
        assert house.picture(job + 1) is None
        assert house.turns().count == 1


def test_a_stop_takes_jobs_back_to_the_queue(build, tmp_path):
    with closing(build(tmp_path / "state")) as house:
        (job,) = house.store.add([spec_of(URL, tmp_path)])
        house.work_on(None)
        house.turn()
        house.stop()
        while not house.idle:
            house.turn()

        assert house.store.get(job).state is State.QUEUED


def test_a_state_directory_has_one_house_at_a_time(build, tmp_path):
    with closing(build(tmp_path)) as house:
        with pytest.raises(HeldError):
            build(tmp_path)
        house.close()

        build(tmp_path).close()


def test_one_within_another_asks_servers_and_fetches_nothing(build, tmp_path):
    ended = []
    with closing(build()) as house, closing(house.describing()) as within:
        within.listeners.on_ended = ended.append
        within.store.add([spec_of(URL, tmp_path)])
        within.work_on(None)
        while not within.idle:
            house.turn()

        assert house.store.all() == []
    assert [view.found.size_bytes for view in ended] == [len(CONTENT)]
    assert list(tmp_path.iterdir()) == []
