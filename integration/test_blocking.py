"""What takes long is done elsewhere: no turn of more than 50 ms, and other jobs go on as fast as before."""

from contextlib import ExitStack

import pytest

from integration.blocking.scenes import ALIKE, GIB, SMALL, preallocate
from integration.blocking.stage import stage
from integration.conftest import needs_nginx
from integration.crash.disks import ext4

# A scheduler that lets others go first, or a disk that somebody else keeps busy, is not what is measured.
_TRIES = 3


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """All scenes, one after the other, beside one stream."""
    needs_nginx()
    with stage(tmp_path_factory.mktemp("blocking")) as here:
        for scene in ALIKE.values():
            scene(here, SMALL)
    return here


def again(tmp_path_factory, scene, name, figures):
    """The figures of the try that missed least; more tries only while something is missed."""
    for _ in range(_TRIES - 1):
        if not figures.missed:
            break
        with stage(tmp_path_factory.mktemp("again")) as here:
            scene(here, SMALL)
        figures = min(figures, here.figures[name], key=lambda each: each.longest_s)
    return figures


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ALIKE)
def test_the_loop_turns_and_other_jobs_go_on(played, tmp_path_factory, name):
    figures = again(tmp_path_factory, ALIKE[name], name, played.figures[name])

    assert figures.missed == ""


def test_there_is_one_thread_whatever_happens(played):
    assert played.threads == 1


@pytest.mark.timeout(240)
def test_a_very_big_file_is_begun_within_a_turn(tmp_path_factory):
    needs_nginx()
    home = tmp_path_factory.mktemp("huge")
    with ExitStack() as exits:
        disk = exits.enter_context(ext4(home, SMALL.huge_bytes + 10 * GIB, "noinit_itable"))
        for number in range(_TRIES):
            with stage(home / f"{number}", disk.point) as here:
                preallocate(here, SMALL)
            if not here.figures["preallocate"].missed:
                break

    assert here.figures["preallocate"].missed == ""
