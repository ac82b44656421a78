"""A full disk: its jobs wait until there is room, the others go on."""

import pytest

from ddm.core.commands import (
    CancelTransfer,
    CheckRoom,
    OpenPart,
    RecordState,
    ResetPart,
    StartTransfer,
    SyncFile,
)
from ddm.core.events import (
    FileSynced,
    PartFailed,
    PartOpened,
    RoomChecked,
    RoomGivenUp,
)
from ddm.failures import Kind
from ddm.record import PartIdentity, State
from ddm.spec import Checksum

KIB, MIB = 1 << 10, 1 << 20
SUM = Checksum("md5", "a" * 32)


@pytest.fixture
def full(paper, full_disk):
    """A file of 3 MiB of which 256 KiB came before the disk was full; 5 MiB more are needed."""
    paper.lacking_bytes = 5 * MIB
    paper.begin(3 * MIB)
    paper.end(1)
    paper.last_said = paper.break_off(2, Kind.DISK_FULL)
    return paper


def fill_again(paper):
    """The next write fails too; how long the job waits for that."""
    paper.break_off(max(paper.live), Kind.DISK_FULL)
    began_s = paper.now
    while not paper.live:
        paper.wait()
    return paper.now - began_s


# -- who waits ---------------------------------------------------------------------------------------


def test_the_job_waits_without_a_connection_and_says_why(full, of):
    assert full.live == {}
    assert full.states()[-1] is State.WAITING
    assert of(CheckRoom, full.last_said) == [CheckRoom(1, "/d", "f.bin", 3 * MIB)]
    assert full.job.reason == "the server hiccupped (5 MiB more are needed)"
    assert full.engine.holds(1)


def test_its_neighbours_on_the_disk_wait_and_others_go_on(paper, of):
    paper.lacking_bytes = 1
    paper.begin(3 * MIB, 1)
    paper.begin(3 * MIB, 2, url="https://two.example/f")
    opened = PartOpened(3, "f.bin", PartIdentity("boot-1", 2, 9), kept=False)
    paper.answers[OpenPart] = lambda _: opened
    paper.begin(3 * MIB, 3, url="https://three.example/f")

    said = paper.break_off(1, Kind.DISK_FULL)

    assert {c.job_id for c in of(CheckRoom, said)} == {1, 2}
    assert [job.state for job in paper.engine.view(paper.now).jobs] == [
        State.WAITING, State.WAITING, State.RUNNING,
    ]  # fmt: skip
    assert {c.job_id for c in paper.live.values()} == {3}
    assert not paper.engine.stuck


def test_a_neighbour_that_waits_for_its_next_try_waits_for_room_instead(paper):
    paper.lacking_bytes = 1
    paper.begin(1000, 2, url="https://two.example/f")
    paper.break_off(1, Kind.BROKEN)
    assert paper.job.state is State.WAITING
    paper.begin(3 * MIB, 1)

    paper.break_off(max(paper.live), Kind.DISK_FULL)
    for _ in range(5):
        paper.wait()

    assert (paper.live, paper.engine.stuck) == ({}, True)


def test_a_neighbour_that_was_whole_all_the_same_is_finished(paper):
    """Its last transfer ended well before it could be cancelled: it needs no room any more."""
    paper.answers[CancelTransfer] = paper.answers[SyncFile] = lambda _: None
    paper.lacking_bytes = 1
    paper.begin(1000, 1)
    paper.begin(3 * MIB, 2, url="https://two.example/f", max_segments=1)
    paper.break_off(2, Kind.DISK_FULL)
    paper.end(1, 1000)

    paper.play(RoomGivenUp())
    paper.play(FileSynced(1))

    assert (paper.states(1)[-1], paper.states(2)[-1]) == (State.DONE, State.FAILED)


def test_a_neighbour_that_verifies_goes_on(paper):
    paper.lacking_bytes = 1
    paper.begin(1000, 1, spec={"checksums": (SUM,)})
    paper.end(1, 1000)
    paper.begin(3 * MIB, 2, url="https://two.example/f")

    paper.break_off(max(paper.live), Kind.DISK_FULL)

    assert paper.job.state is State.VERIFYING
    assert not paper.engine.stuck


def test_a_job_whose_part_file_finds_no_room_waits_and_gives_its_connection_back(
    paper, full_disk, of
):
    paper.answers[OpenPart] = lambda c: PartFailed(c.job_id, full_disk)
    paper.lacking_bytes = 2 * MIB

    said = paper.begin(3 * MIB)

    assert [c.transfer_id for c in of(CancelTransfer, said)] == [1]
    assert of(CheckRoom, said) == [CheckRoom(1, "/d", "f.bin", 3 * MIB)]
    assert RecordState(1, State.WAITING, full_disk) in said
    assert (paper.live, paper.engine.stuck) == ({}, True)
    paper.wait()
    assert paper.live == {}


def test_it_is_opened_when_there_is_room(paper, full_disk, of):
    opened = paper.answers[OpenPart]
    paper.answers[OpenPart] = lambda c: PartFailed(c.job_id, full_disk)
    paper.begin(1000)
    paper.answers[OpenPart] = opened

    paper.wait()
    paper.head(max(paper.live), size=1000)
    paper.end(max(paper.live), 1000)

    assert paper.states()[-1] is State.DONE


def test_a_whole_file_that_finds_no_room_is_opened_again_without_a_request(
    paper, full_disk, of, span
):
    opened = paper.answers[OpenPart]
    paper.answers[OpenPart] = lambda c: PartFailed(c.job_id, full_disk)
    whole = span(0, 1000)
    paper.offer(size_bytes=1000, etag='"1"', written=whole, synced=whole)
    assert paper.job.state is State.WAITING
    paper.answers[OpenPart] = opened

    paper.wait()

    assert of(StartTransfer, paper.said) == []
    assert paper.states()[-1] is State.DONE


def test_what_was_disclaimed_does_not_come_back_with_the_old_file(paper, full_disk, one, span):
    """The file is begun again, there is no room for the new one, and then the old one is found once more."""
    half = span(0, MIB)
    paper.answers[ResetPart] = lambda c: PartFailed(c.job_id, full_disk)
    paper.offer(size_bytes=3 * MIB, etag='"1"', written=half, synced=half)
    paper.head(size=3 * MIB, partial=False)
    assert paper.claims() == (span(), span())

    del paper.answers[ResetPart]
    paper.wait()
    said = paper.head(max(paper.live), size=3 * MIB)

    assert one(ResetPart, said).job_id == 1
    assert paper.job.done_bytes == 0


# -- going on ----------------------------------------------------------------------------------------


def test_it_goes_on_by_itself_when_there_is_room_and_fetches_nothing_twice(full, ranges, span):
    for _ in range(3):
        full.wait()
    assert full.live == {}
    full.lacking_bytes = 0

    full.wait()
    full.fetch_all()

    assert full.states()[-1] is State.DONE
    first, *others = [span(*pair) for pair in ranges(full.said)]
    assert first == span(0, 256 * KIB)
    assert all(not other.within(256 * KIB) for other in others)


def test_what_a_transfer_brought_before_it_was_cancelled_is_not_asked_for_again(paper, ranges):
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    paper.break_off(2, Kind.DISK_FULL)

    assert min(ranges(paper.wait()))[0] == 1000


def test_it_is_looked_at_once_a_second(full, of):
    began_s = full.now
    looks = [of(CheckRoom, full.wait()) for _ in range(3)]

    assert [len(found) for found in looks] == [1, 1, 1]
    assert full.now == began_s + 3


def test_where_nobody_answers_nothing_spins(paper):
    paper.answers[CheckRoom] = lambda _: None
    paper.begin(3 * MIB)
    paper.break_off(1, Kind.DISK_FULL)

    paper.wait()

    assert paper.engine.deadline() == paper.now + 1
    assert not paper.engine.stuck


def test_room_that_is_there_at_once_is_tried_after_a_second(paper):
    paper.begin(3 * MIB)
    paper.break_off(2, Kind.DISK_FULL)
    assert (paper.live, paper.engine.stuck) == ({}, False)

    began_s = paper.now
    paper.wait()

    assert paper.now == began_s + 1
    assert paper.live != {}


def test_writes_that_fail_although_there_is_room_are_tried_less_and_less_often(make_paper):
    """A quota. Nobody spins, and nobody waits for longer than a minute."""
    paper = make_paper(stall_timeout_secs=1e9)
    paper.begin(3 * MIB, max_segments=1)

    assert [fill_again(paper) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert all(fill_again(paper) == 60 for _ in range(1100))


def test_after_progress_the_wait_is_a_second_again(make_paper):
    paper = make_paper(stall_timeout_secs=1e9)
    paper.begin(8 * MIB, max_segments=1)
    paper.end(1)
    assert [fill_again(paper) for _ in range(3)] == [1, 2, 4]
    (transfer_id,) = paper.live

    paper.bytes(transfer_id, paper.positions[transfer_id] + MIB)

    assert [fill_again(paper) for _ in range(2)] == [1, 2]


def test_the_tries_never_overlap(paper):
    """Nothing is begun before the last cancelled transfer has ended."""
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(3 * MIB)
    paper.break_off(2, Kind.DISK_FULL)
    old = set(paper.live)
    assert old
    for _ in range(5):
        paper.wait(1.0)
    assert set(paper.live) == old

    for transfer_id in old:
        paper.break_off(transfer_id, Kind.CANCELLED)
    paper.wait()

    assert paper.live
    assert not old & set(paper.live)


def test_the_late_end_of_a_cancelled_transfer_sets_nobody_aside_again(paper):
    cancel = paper.answers[CancelTransfer]
    paper.begin(3 * MIB, 1, max_segments=2)
    paper.begin(3 * MIB, 2, url="https://two.example/f")
    first = [t for t, c in paper.live.items() if c.job_id == 1]
    paper.answers[CancelTransfer] = lambda c: None if c.transfer_id in first else cancel(c)
    paper.break_off(first[0], Kind.DISK_FULL)
    paper.wait()
    assert {c.job_id for c in paper.live.values()} == {1, 2}  # the old one, and what came back

    paper.break_off(first[1], Kind.CANCELLED)

    assert any(c.job_id == 2 for c in paper.live.values())


def test_an_answer_that_nobody_waits_for_changes_nothing(paper):
    paper.begin(3 * MIB)

    assert paper.play(RoomChecked(1, 100)) == []
    assert paper.play(RoomChecked(7, 0)) == []
