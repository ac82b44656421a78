import os

import pytest

from ddm.offload import deeds, witness


def test_a_witness_of_a_file_that_was_written_well_says_nothing(file):
    os.write(file.fd, b"new")

    witness.ask(file.witness_fd, file.fd)
    os.fdatasync(file.fd)
    witness.ask(file.witness_fd, file.fd)


def test_it_waits_for_nothing_but_asks_of_what_is_behind_every_file(file, monkeypatch):
    asked = []
    monkeypatch.setattr(deeds, "sync_file_range", lambda *given: asked.append(given))
    witness.ask(file.witness_fd, file.fd)

    [(fd, offset, length, flags)] = asked
    assert (fd, flags) == (file.witness_fd, deeds.WAIT_BEFORE)
    assert offset + length == (1 << 63) - 1


def test_a_directory_can_be_its_own_witness(tmp_path):
    fd = os.open(tmp_path, os.O_RDONLY)

    witness.ask(fd, fd)
    os.close(fd)


def test_a_witness_that_was_closed_knows_nothing(file):
    other = os.dup(file.witness_fd)
    os.close(other)

    with pytest.raises(OSError, match="Bad file"):
        witness.ask(other, file.fd)


def test_a_witness_of_another_file_knows_nothing(file, tmp_path):
    fd = os.open(tmp_path / "other", os.O_CREAT)

    with pytest.raises(OSError, match="Bad file"):
        witness.ask(fd, file.fd)
    os.close(fd)
