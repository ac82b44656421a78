import os
import resource
import stat
import subprocess
import sys

import pytest

from ddm.errors import Exit, HeldError, StateError
from ddm.store.lock import ManagerLock


def test_only_one_holds_it_and_the_other_is_told_who(tmp_path):
    lock = ManagerLock.acquire(tmp_path)
    with pytest.raises(HeldError) as caught:
        ManagerLock.acquire(tmp_path)
    assert caught.value.code is Exit.HELD
    assert str(caught.value) == (
        f"another manager of this process works with {tmp_path}; close that one first"
    )
    lock.release()
    lock.release()
    ManagerLock.acquire(tmp_path).release()


def test_who_has_no_descriptor_left_to_look_around_is_told_too(tmp_path):
    lock = ManagerLock.acquire(tmp_path)
    os.close(last_fd := os.dup(lock.fileno()))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (last_fd + 1, before[1]))
    try:
        with pytest.raises(HeldError) as caught:
            ManagerLock.acquire(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        lock.release()
    said = f"another ddm (process {os.getpid()}) works with {tmp_path}; wait for it, or end it"
    assert str(caught.value) == said


def test_a_process_that_dies_gives_it_back(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from ddm.store.lock import ManagerLock;"
        "lock = ManagerLock.acquire(Path(sys.argv[1])); print('held', flush=True);"
        "sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(HeldError) as caught:
            ManagerLock.acquire(tmp_path)
        assert str(caught.value) == (
            f"another ddm (process {holder.pid}) works with {tmp_path}; wait for it, or end it"
        )
        (tmp_path / "manager.lock").write_bytes(b"\x1b[31m")  # nor whatever else may be in there
        with pytest.raises(HeldError, match="another ddm works with"):
            ManagerLock.acquire(tmp_path)
        holder.kill()
    ManagerLock.acquire(tmp_path).release()


def test_it_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        ManagerLock.acquire(tmp_path / "state").release()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state" / "manager.lock").stat().st_mode) == 0o600


def test_a_child_does_not_inherit_it(tmp_path):
    lock = ManagerLock.acquire(tmp_path)
    assert not os.get_inheritable(lock._fd)
    lock.release()


def test_a_place_that_cannot_be_used_is_said_with_the_way_out(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="XDG_STATE_HOME") as caught:
        ManagerLock.acquire(tmp_path / "file")
    assert str(tmp_path / "file" / "manager.lock") in str(caught.value)


def test_it_is_given_back_though_a_copy_of_its_descriptor_lives_on(tmp_path):
    lock = ManagerLock.acquire(tmp_path)
    copy = os.dup(lock.fileno())  # as a process has it that was forked off
    lock.release()

    ManagerLock.acquire(tmp_path).release()
    os.close(copy)
