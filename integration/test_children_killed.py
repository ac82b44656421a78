"""Children are killed, and `ddm run` with children at work: every file is right, and nothing is left behind."""

import shutil

import pytest

from integration.blocking import children
from integration.blocking.killing import massacre, orphans
from integration.blocking.planted import sparse, written
from integration.blocking.scenes import SMALL, ZEROS
from integration.conftest import needs_nginx
from integration.servers.nginx import Nginx

KILLS = 50
GONE_S = 1.0
# A child that computes has been at it for so long.
_BUSY_S = 0.3


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A run of which fifty children were killed."""
    needs_nginx()
    home = tmp_path_factory.mktemp("killed")
    with Nginx(home / "nginx") as nginx:
        yield massacre(home, nginx, KILLS)
    shutil.rmtree(home)


def test_every_job_ends_right_though_children_are_killed_fifty_times(killed):
    assert (killed.kills, killed.wrong) == (KILLS, [])


def test_nothing_is_left_behind_by_those_that_were_killed(killed):
    assert killed.left == []


def test_there_is_one_thread_with_children_and_without(killed):
    assert killed.threads == 1


def test_nobody_hears_of_children_that_were_killed(killed):
    assert "Traceback" not in killed.said
    assert killed.code == 143  # SIGTERM's own


@pytest.mark.timeout(240)
def test_a_digest_ends_with_its_manager_and_the_next_one_goes_on(tmp_path):
    size = SMALL.digest_bytes
    found = orphans(
        tmp_path,
        lambda directory: sparse(directory / "zeros.bin.part", size),
        lambda pid: children.cpu_s(pid) > _BUSY_S,
        ZEROS[size],
    )

    assert found.gone_s < GONE_S
    assert found.again_s < GONE_S
    assert (found.code, found.right) == (0, True), found.said


def test_a_sync_ends_with_its_manager_and_the_next_one_goes_on(tmp_path):
    found = orphans(
        tmp_path,
        lambda directory: written(directory / "dirty.bin.part", SMALL.dirty_bytes),
        children.waits_for_disk,
        None,
    )

    assert found.gone_s < GONE_S
    assert found.again_s < GONE_S
    assert (found.code, found.right) == (0, True), found.said
