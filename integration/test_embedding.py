"""One suite of behaviours, in every loop that there is."""

from contextlib import ExitStack

import pytest

from integration.embedding import behaviours
from integration.embedding import stage as embedding_stage
from integration.embedding.held import Held
from integration.embedding.hosts import LOOPS, WITH_COROUTINES
from integration.embedding.packages import HOSTS, why_not
from integration.embedding.stage import Stage


def named(behaviour):
    return behaviour.__name__


@pytest.fixture
def play(scripted, tmp_path):
    """Play a behaviour in the loop of this name, if there is one."""

    def play(behaviour, name):
        if (reason := why_not(name)) is not None:
            pytest.skip(reason)
        host = LOOPS[name]()
        with ExitStack() as exits:
            host.play(behaviour(Stage(host, scripted, tmp_path, exits)))

    return play


@pytest.mark.parametrize("host", LOOPS)
@pytest.mark.parametrize("behaviour", behaviours.IN_EVERY_LOOP, ids=named)
def test_in_every_loop(play, behaviour, host):
    play(behaviour, host)


@pytest.mark.parametrize("host", WITH_COROUTINES)
@pytest.mark.parametrize("behaviour", behaviours.WITH_COROUTINES, ids=named)
def test_in_every_loop_that_has_coroutines(play, behaviour, host):
    play(behaviour, host)


@pytest.mark.parametrize("host", LOOPS)
def test_what_was_waited_for_in_vain_is_said_and_how_the_jobs_stood(play, host, monkeypatch):
    async def it_waits_in_vain(stage):
        manager = stage.open()
        held = Held(stage)
        async with stage.embedded(manager):
            await held.begun(held.add(manager))
            monkeypatch.setattr(embedding_stage, "PATIENCE_S", 0.1)
            await stage.until("pigs fly", lambda: False)

    with pytest.raises(
        AssertionError, match=r"on .* not come to this: pigs fly\n  held is running"
    ):
        play(it_waits_in_vain, host)


def test_the_suite_plays_in_all_loops_that_this_machine_is_asked_for():
    assert list(LOOPS) == list(HOSTS)
