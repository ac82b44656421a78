"""What is done elsewhere: the answer comes in the turn that finds it over."""

import errno
from contextlib import closing
from dataclasses import dataclass

import pytest

from ddm.core import commands, events
from ddm.disk.elsewhere import Here
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import NoMarks
from ddm.disk.outlet import Outlet
from ddm.disk.pipe import PipeDisk
from ddm.errand import Done, Failed, Slices
from ddm.failures import Kind
from ddm.parts import Parts

JOB = 1
CLOSED = [events.PartClosed(JOB, None)]


@dataclass
class Asked:
    """An errand that is over when the test says so."""

    deed: Done
    over: bool = False
    error: OSError | None = None

    def result(self):
        return Failed(self.error).result() if self.error else self.deed.result()

    def end(self, error=None):
        self.over, self.error = True, error


class Slow(Here):
    """Where everything is an errand that the test ends."""

    def __init__(self):
        self.asked = []

    def sync(self, fd, witness_fd, path, size_bytes=None):
        return self._asked(super().sync(fd, witness_fd, path, size_bytes))

    def digest(self, fd, path, algorithms, size_bytes):
        return self._asked(super().digest(fd, path, algorithms, size_bytes))

    def _asked(self, deed):
        self.asked.append(Asked(deed))
        return self.asked[-1]


@pytest.fixture
def elsewhere():
    return Slow()


@pytest.fixture
def disk(elsewhere):
    disk = LocalDisk("boot")
    disk.elsewhere = elsewhere
    return disk


@pytest.fixture
def parts(disk):
    with closing(Parts(disk, NoMarks())) as parts:
        yield parts


@pytest.fixture
def asked(tmp_path):
    return JOB, str(tmp_path), "f"


@pytest.fixture
def opened(parts, asked):
    """The answer to opening the file of job 1."""
    return parts.do(commands.OpenPart(*asked, exact=True, size_bytes=4, resume=None))


def sync(parts, size_bytes=None):
    return parts.do(commands.SyncFile(JOB, size_bytes))


def close(parts):
    return parts.do(commands.ClosePart(JOB))


@pytest.mark.usefixtures("opened")
def test_a_sync_is_answered_when_it_is_over_and_nothing_turns_meanwhile(parts, elsewhere):
    assert sync(parts) is None
    assert (parts.go_on(), parts.goes_on) == ([], False)
    elsewhere.asked[0].end()

    assert parts.go_on() == [events.FileSynced(JOB)]
    assert parts.go_on() == []


@pytest.mark.usefixtures("opened")
def test_a_sync_that_failed_is_told_with_its_path(parts, elsewhere):
    sync(parts)
    elsewhere.asked[0].end(OSError(errno.EIO, "Input/output error", "/d/f.part"))
    (answer,) = parts.answers()

    assert (type(answer), answer.failure.kind) == (events.SyncFailed, Kind.DISK_ERROR)
    assert "could not sync /d/f.part" in answer.failure.message


@pytest.mark.usefixtures("opened")
def test_a_sync_of_a_file_that_was_begun_again_is_not_answered(parts, elsewhere, asked):
    sync(parts)
    again = parts.do(commands.ResetPart(*asked, exact=True, size_bytes=4))
    elsewhere.asked[0].end()

    assert (type(again), parts.answers()) == (events.PartOpened, [])


@pytest.mark.usefixtures("opened")
def test_a_file_is_closed_when_its_syncs_are_over(parts, elsewhere, asked):
    identity = parts._open[JOB].identity
    sync(parts)
    assert close(parts) is None
    busy = parts._disk.open_part(*asked[1:], exact=True, size_bytes=None, resume=identity)
    elsewhere.asked[1].end()
    early = parts.answers()
    elsewhere.asked[0].end()

    assert (early, parts.answers()) == ([], CLOSED)
    with pytest.raises(Exception, match="another process is writing"):
        busy.result()
    assert parts.do(commands.OpenPart(*asked, exact=True, size_bytes=4, resume=identity)).kept


@pytest.mark.usefixtures("opened")
def test_a_sync_that_fails_while_a_file_is_closed_is_the_close_s(parts, elsewhere):
    """The kernel tells of an error once: the one who closes would hear of nothing."""
    sync(parts)
    close(parts)
    elsewhere.asked[0].end(OSError(errno.EIO, "Input/output error", "/d/f.part"))
    elsewhere.asked[1].end()
    (answer,) = parts.answers()

    assert (type(answer), answer.failure.kind) == (events.PartClosed, Kind.DISK_ERROR)


@pytest.mark.usefixtures("opened")
def test_a_digest_is_answered_when_it_is_over(parts, elsewhere):
    assert parts.do(commands.DigestFile(JOB, ("sha-256",), 4)) is None
    assert (parts.go_on(), parts.goes_on) == ([], False)
    elsewhere.asked[0].end()
    (answer,) = parts.go_on()

    assert (type(answer), answer.found[0].algorithm) == (events.FileDigested, "sha-256")


@pytest.mark.usefixtures("opened")
def test_a_file_is_closed_without_waiting_for_its_digest(parts, elsewhere):
    parts.do(commands.DigestFile(JOB, ("sha-256",), 4))
    close(parts)
    elsewhere.asked[1].end()
    assert parts.answers() == CLOSED
    elsewhere.asked[0].end()
    assert parts.answers() == []


@pytest.mark.usefixtures("opened")
def test_a_file_that_cannot_be_read_has_no_digest(parts, elsewhere):
    parts.do(commands.DigestFile(JOB, ("sha-256",), 4))
    elsewhere.asked[0].end(OSError(errno.EIO, "Input/output error", "/d/f.part"))
    (answer,) = parts.answers()

    assert "could not read /d/f.part" in answer.failure.message


@pytest.mark.usefixtures("opened")
def test_a_file_has_its_name_when_its_directory_is_synced(parts, elsewhere, tmp_path):
    parts.publish([commands.PublishFile(JOB, exact=True)])
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert parts.answers() == []
    elsewhere.asked[0].end()

    assert parts.answers() == [events.FilePublished(JOB, "f")]


@pytest.mark.usefixtures("opened")
def test_a_directory_that_cannot_be_synced_is_told_and_the_file_stays_open(
    parts, elsewhere, tmp_path
):
    parts.publish([commands.PublishFile(JOB, exact=True)])
    elsewhere.asked[0].end(OSError(errno.EIO, "Input/output error", "/d"))
    (answer,) = parts.answers()
    close(parts)
    elsewhere.asked[1].end()

    assert (type(answer), answer.failure.kind) == (events.PartFailed, Kind.DISK_ERROR)
    assert parts.answers() == CLOSED
    assert [path.name for path in tmp_path.iterdir()] == ["f.part"]


class SlowlyOpened:
    """A disk that opens a file in slices."""

    def __init__(self, disk):
        self._disk = disk
        self.left = 0

    def open_part(self, *asked, **more):
        def slices():
            try:
                yield
                yield
                return self._disk.open_part(*asked, **more).result()
            finally:
                self.left += 1

        opening = Slices(slices())
        opening.step()
        return opening


@pytest.fixture
def slow_disk(disk):
    return SlowlyOpened(disk)


def test_a_file_that_is_opened_in_slices_gets_one_a_turn(slow_disk, asked):
    with closing(Parts(slow_disk, NoMarks())) as parts:
        first = parts.do(commands.OpenPart(*asked, exact=True, size_bytes=4, resume=None))
        turns = [(parts.goes_on, len(parts.go_on())) for _ in range(3)]

    assert first is None
    assert turns == [(True, 0), (True, 1), (False, 0)]


def test_who_leaves_does_not_wait_for_a_file_to_open(slow_disk, asked, tmp_path):
    parts = Parts(slow_disk, NoMarks())
    parts.do(commands.OpenPart(*asked, exact=True, size_bytes=4, resume=None))
    parts.close()

    assert (slow_disk.left, list(tmp_path.iterdir())) == (1, [])


def test_a_file_that_is_passed_on_is_digested_here(tmp_path):
    with (tmp_path / "out").open("wb") as out:
        disk = PipeDisk(Outlet(out.fileno()), 100, lambda: ())
        with closing(Parts(disk, NoMarks())) as parts:
            parts.do(commands.OpenPart(JOB, "/d", "f", exact=True, size_bytes=2, resume=None))
            parts.sink(7, JOB).write_at([b"ab"], 0)
            parts.do(commands.DigestFile(JOB, ("sha-256",), 2))
            assert parts.goes_on
            (answer,) = parts.go_on()
            assert sync(parts, 2) is None
            assert parts.go_on() == []
            disk.run(1.0)

            assert (type(answer), parts.go_on()) == (
                events.FileDigested,
                [events.FileSynced(JOB)],
            )
