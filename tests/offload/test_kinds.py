import errno
import os

import pytest

from ddm.failures import FailureError
from ddm.offload.kinds import Burial, Checkpoint, Digest, LookUp, Sync
from ddm.spec import Checksum

NONE = OSError(errno.EAGAIN, "none to be had")


@pytest.fixture
def sync(file):
    sync = Sync(str(file.path), file.witness_fd, None, os.close)
    sync.fd = os.dup(file.fd)
    yield sync
    sync.fail(NONE)


def test_a_sync_that_was_lost_is_for_another_child(sync):
    sync.lose()

    assert (sync.over, sync.losses) == (False, 1)


def test_a_sync_that_was_lost_and_has_no_witness_any_more_has_failed(sync, file):
    file.close()
    sync.lose()

    with pytest.raises(OSError, match="Bad file") as raised:
        sync.result()
    assert raised.value.filename == str(file.path)


def test_digests_are_asked_for_by_the_names_of_hashlib():
    digest = Digest("/a", ["sha-256", "md5"], 5, os.close)
    assert digest.arguments == (("sha256", "md5"), 5)
    digest.answer(("aa", "bb"), None)

    assert digest.result() == (Checksum("sha-256", "aa"), Checksum("md5", "bb"))


def test_a_burial_is_lost_to_nobody_once_a_child_has_the_descriptor(file):
    burial = Burial()
    burial.fd = file.give()
    burial.lose()
    assert not burial.over
    burial.pass_on()
    burial.lose()

    assert burial.over
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(file.fd)


def test_a_look_up_outlives_any_number_of_children():
    look_up = LookUp("a.test")
    for _ in range(100):
        look_up.lose()

    assert not look_up.over


@pytest.mark.parametrize(
    ("asked", "error"), [(LookUp("a.test"), FailureError), (Checkpoint("/db"), OSError)]
)
def test_what_would_hold_the_loop_is_not_done_without_children(asked, error):
    assert asked.here(NONE) is None

    with pytest.raises(error, match="none to be had"):
        asked.result()
