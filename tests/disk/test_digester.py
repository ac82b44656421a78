import errno
import hashlib
import os

import pytest

from ddm.disk.digester import ALGORITHMS, FileDigester
from ddm.spec import Checksum

MIB = 1 << 20
CONTENT = bytes(range(256)) * (3 * MIB // 256) + b"and a rest"
# Of "abc"; the sources are RFC 1321, RFC 3174 and FIPS 180-4's examples.
OF_ABC = {
    "md5": "900150983cd24fb0d6963f7d28e17f72",
    "sha-1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "sha-256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sha-512": "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
}


@pytest.fixture
def digester(tmp_path):
    """A digester of a file with this content; its descriptor is closed at the end."""
    fds = []

    def made(content, algorithms=("sha-256",), size_bytes=None, flags=os.O_RDONLY):
        path = tmp_path / "f.part"
        path.write_bytes(content)
        fds.append(os.open(path, flags))
        size = len(content) if size_bytes is None else size_bytes
        return FileDigester(fds[-1], str(path), algorithms, size)

    yield made
    for fd in fds:
        os.close(fd)


def sha256(content):
    return (Checksum("sha-256", hashlib.sha256(content).hexdigest()),)


def test_the_known_digests_are_found_in_the_order_asked_for(digester):
    found = digester(b"abc", tuple(OF_ABC))

    assert found.step(3)
    assert found.found() == tuple(Checksum(name, digest) for name, digest in OF_ABC.items())
    assert sorted(OF_ABC) == sorted(ALGORITHMS)


def test_a_slice_is_read_and_no_more(digester):
    found = digester(CONTENT)
    steps = [found.step(MIB) for _ in range(4)]

    assert steps == [False, False, False, True]
    assert found.found() == sha256(CONTENT)


@pytest.mark.parametrize("slice_bytes", [1, 1000, MIB - 1, 2 * MIB + 1, 1 << 40])
def test_the_digest_does_not_depend_on_the_slices(digester, slice_bytes):
    content = CONTENT[-5000:] if slice_bytes == 1 else CONTENT
    found = digester(content)
    while not found.step(slice_bytes):
        pass

    assert found.found() == sha256(content)


def test_an_empty_file_has_a_digest_too(digester):
    found = digester(b"")

    assert found.step(MIB)
    assert found.found() == sha256(b"")


def test_what_lies_past_the_size_does_not_count(digester):
    found = digester(CONTENT, size_bytes=1000)

    assert found.step(MIB)
    assert found.found() == sha256(CONTENT[:1000])


def test_a_file_that_is_cut_meanwhile_ends_there_and_has_another_digest(digester, tmp_path):
    found = digester(CONTENT)
    assert not found.step(MIB)
    os.truncate(tmp_path / "f.part", MIB + 5)

    assert found.step(MIB)
    assert found.found() == sha256(CONTENT[: MIB + 5])


def test_an_error_of_the_disk_carries_the_path(digester, tmp_path, monkeypatch):
    def broken(fd, length, offset):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    found = digester(CONTENT)
    monkeypatch.setattr(os, "pread", broken)
    with pytest.raises(OSError, match="Input/output error") as caught:
        found.step(MIB)

    assert (caught.value.errno, caught.value.filename) == (errno.EIO, str(tmp_path / "f.part"))


def test_a_descriptor_that_cannot_be_read_carries_the_path_too(digester, tmp_path):
    with pytest.raises(OSError, match="Bad file descriptor") as caught:
        digester(CONTENT, flags=os.O_WRONLY).step(MIB)

    assert caught.value.filename == str(tmp_path / "f.part")


def test_the_descriptor_s_own_position_stays(digester):
    found = digester(CONTENT)
    found.step(MIB)

    assert os.lseek(found._fd, 0, os.SEEK_CUR) == 0
