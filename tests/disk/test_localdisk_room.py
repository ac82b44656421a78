import os

import pytest

from ddm.disk import libc, preallocate
from ddm.limits import MIB, ROOM_LEAST_BYTES

HUGE_BYTES = 1 << 60


def free_bytes(directory):
    found = os.statvfs(directory)
    return found.f_bavail * found.f_frsize


def test_a_large_file_does_not_hold_the_turn(disk, tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(libc, "file_system", lambda *_: 0xEF53)
    monkeypatch.setattr(
        libc, "fallocate", lambda _fd, start, length, *_, **__: made.append((start, length))
    )
    size_bytes = 256 * MIB + 1
    monkeypatch.setattr(preallocate, "_check_room", lambda *_: None)
    opening = disk.open_part(str(tmp_path), "f", exact=True, size_bytes=size_bytes, resume=None)
    found = [(opening.over, len(made))]
    while not opening.over:
        opening.step()
        found.append((opening.over, len(made)))
    opening.result().close()

    assert found == [(False, 0), (False, 1), (False, 2), (True, 3)]
    assert sum(length for _, length in made) == size_bytes


def test_a_large_file_that_is_given_up_leaves_nothing(disk, tmp_path, monkeypatch):
    monkeypatch.setattr(libc, "file_system", lambda *_: 0xEF53)
    monkeypatch.setattr(preallocate, "_check_room", lambda *_: None)
    opening = disk.open_part(str(tmp_path), "f", exact=True, size_bytes=HUGE_BYTES, resume=None)
    assert not opening.over
    opening.drop()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_fits_lacks_nothing(disk, tmp_path):
    assert disk.lacking_bytes(str(tmp_path), "f", 1) <= 0


def test_what_is_lacking_is_counted_to_the_byte(disk, small_tmpfs):
    free = free_bytes(small_tmpfs)
    asked = [disk.lacking_bytes(str(small_tmpfs), "f", free + more) for more in (-1, 0, 5)]
    assert asked == [-1, 0, 5]


def test_what_the_part_file_takes_up_already_is_not_needed_again(disk, small_tmpfs):
    (small_tmpfs / "f.part").write_bytes(bytes(MIB))
    lacking = {name: disk.lacking_bytes(str(small_tmpfs), name, MIB + 7) for name in ("f", "g")}
    assert lacking == {"f": 7, "g": MIB + 7}


def test_a_file_of_unknown_length_wants_a_little_room(disk, small_tmpfs):
    (small_tmpfs / "f.part").write_bytes(bytes(MIB // 2))
    lacking = disk.lacking_bytes(str(small_tmpfs), "f", None)
    assert lacking == ROOM_LEAST_BYTES - free_bytes(small_tmpfs)
    assert lacking > 0


def test_a_directory_that_is_not_there_yet_is_on_the_disk_of_the_one_above(disk, small_tmpfs):
    where = small_tmpfs / "not" / "yet"
    assert disk.lacking_bytes(str(where), "f", free_bytes(small_tmpfs) + 3) == 3
    assert not where.parent.exists()


@pytest.mark.parametrize(("directory", "name"), [("file", "f"), ("", "a\0b"), ("", "x" * 300)])
def test_where_nobody_can_say_the_real_call_will_tell(disk, tmp_path, directory, name):
    (tmp_path / "file").write_bytes(b"")
    assert disk.lacking_bytes(str(tmp_path / directory), name, HUGE_BYTES) == 0


def test_a_file_system_that_does_not_say_lacks_nothing(disk):
    assert disk.lacking_bytes("/proc", "f", HUGE_BYTES) == 0
