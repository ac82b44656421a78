import errno
import hashlib
import itertools
import os
from types import SimpleNamespace

import pytest

from ddm.offload import deeds


def end(deed):
    """What a deed found, and in how many steps."""
    steps = 0
    while True:
        try:
            next(deed)
        except StopIteration as ended:
            return ended.value, steps
        steps += 1


@pytest.fixture
def disk(monkeypatch):
    """Every look at the clock is `takes_s` later than the last."""
    disk, looks = SimpleNamespace(takes_s=1.0), itertools.count()
    monkeypatch.setattr(deeds, "monotonic", lambda: next(looks) * disk.takes_s)
    return disk


def test_a_large_file_is_synced_in_many_steps(file, disk):
    os.ftruncate(file.fd, 3 * deeds.SYNC_BYTES + 1)

    assert end(deeds.sync(file.fd, None)) == (None, 4)
    assert file.path.read_bytes()[: len(file.content)] == file.content


def test_on_a_fast_disk_the_steps_grow_to_a_bound(file, disk):
    disk.takes_s = deeds.PIECE_S / 10
    sizes = (4, 8, 16, 32, 64, 64)
    os.ftruncate(file.fd, sum(sizes) << 20)

    assert end(deeds.sync(file.fd, None)) == (None, len(sizes))


def test_a_file_no_longer_than_a_step_is_synced_in_one(file, monkeypatch):
    monkeypatch.delattr(deeds, "sync_file_range")

    assert end(deeds.sync(file.fd, None)) == (None, 0)


def test_the_disk_is_never_flooded_by_a_large_file(file, disk, monkeypatch):
    os.ftruncate(file.fd, 10 * deeds.SYNC_BYTES)
    begun, waited, ahead = 0, 0, []

    def write(_fd, offset, length_bytes, flags):
        nonlocal begun, waited
        begun = max(begun, offset + length_bytes)
        waited = offset + length_bytes if flags & deeds.WAIT_AFTER else waited
        ahead.append(begun - waited)

    monkeypatch.setattr(deeds, "sync_file_range", write)
    end(deeds.sync(file.fd, None))

    assert waited == 10 * deeds.SYNC_BYTES
    assert max(ahead) <= 2 * deeds.SYNC_BYTES


def test_a_file_gets_its_size_before_it_is_written(file):
    end(deeds.begin_sync(file.fd, 3))

    assert file.path.read_bytes() == file.content[:3]


def test_a_size_that_a_file_has_is_not_set_again(file):
    end(deeds.sync(file.witness_fd, len(file.content)))
    before = file.path.stat().st_ctime_ns
    end(deeds.sync(file.witness_fd, len(file.content)))

    assert file.path.stat().st_ctime_ns == before


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_directory_that_cannot_be_synced_is_no_error(tmp_path, monkeypatch, number):
    def refuse(_fd):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    fd = os.open(tmp_path, os.O_RDONLY)

    assert end(deeds.sync(fd, None)) == (None, 0)
    os.close(fd)


def test_a_directory_that_was_not_synced_is_one(tmp_path, monkeypatch):
    def fail(_fd):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    fd = os.open(tmp_path, os.O_RDONLY)

    with pytest.raises(OSError, match="Input/output"):
        end(deeds.sync(fd, None))
    os.close(fd)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_write_error_that_a_piece_tells_of_is_the_syncs(file, monkeypatch, number):
    """The kernel has told it, and would not tell it to fdatasync."""
    os.ftruncate(file.fd, 2 * deeds.SYNC_BYTES)

    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(deeds, "sync_file_range", fail)
    with pytest.raises(OSError, match=os.strerror(number)):
        end(deeds.sync(file.fd, None))


def test_a_kernel_without_pieces_syncs_the_whole(file, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(deeds, "sync_file_range", refuse)
    os.ftruncate(file.fd, 2 * deeds.SYNC_BYTES)
    assert end(deeds.sync(file.fd, None)) == (None, 0)


def test_a_digest_takes_a_step_for_each_piece(file):
    size = deeds.READ_BYTES + 1
    os.ftruncate(file.fd, size)
    found, steps = end(deeds.digest(file.fd, ("sha256", "md5"), size))

    content = file.path.read_bytes()
    assert found == (hashlib.sha256(content).hexdigest(), hashlib.md5(content).hexdigest())
    assert steps == 2


def test_a_file_that_somebody_cut_has_another_digest(file):
    found, _ = end(deeds.digest(file.fd, ("md5",), len(file.content) + 1000))

    assert found == (hashlib.md5(file.content).hexdigest(),)


def test_what_follows_the_size_is_not_digested(file):
    found, _ = end(deeds.digest(file.fd, ("md5",), 10))

    assert found == (hashlib.md5(file.content[:10]).hexdigest(),)


def entries(*addresses):
    return lambda *_: [(0, 0, 0, "", (address, 0)) for address in addresses]


def test_an_address_is_named_once_and_in_its_order(monkeypatch):
    monkeypatch.setattr(deeds, "getaddrinfo", entries("::2", "192.0.2.1", "::2", "::1"))

    assert end(deeds.look_up(b"a.test"))[0] == ("::2", "192.0.2.1", "::1")


def test_an_address_of_one_link_is_left_out(monkeypatch):
    monkeypatch.setattr(deeds, "getaddrinfo", entries("fe80::1%eth0", "::1"))
    assert end(deeds.look_up(b"a.test"))[0] == ("::1",)

    monkeypatch.setattr(deeds, "getaddrinfo", entries("fe80::1%eth0"))
    with pytest.raises(OSError, match="no address that can be used"):
        end(deeds.look_up(b"a.test"))


def test_addresses_have_a_bound(monkeypatch):
    many = [f"192.0.2.{number}" for number in range(200)]
    monkeypatch.setattr(deeds, "getaddrinfo", entries(*many))

    assert end(deeds.look_up(b"a.test"))[0] == tuple(many[: deeds.ADDRESSES_MAX])
