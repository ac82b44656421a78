import os
import stat

import msgspec
import pytest

from ddm.byteranges import ByteRange, RangeSet
from ddm.core.causes import Cause, Explanation, Told, Word
from ddm.core.view import JobView, LimitsView, OriginView, QueueView, SegmentView
from ddm.live import LiveReader, LiveWriter
from ddm.record import State
from ddm.turns import LongTurn, TurnFigures

MIB = 1 << 20
TURNS = TurnFigures(2, 0.1, (1, 0, 0, 0, 0, 0, 1), LongTurn(0.08, 0.01, "writing", 0.07, 1.5))


def view_of(done=RangeSet(), size=100, **changes):
    values = {
        "id": 1,
        "state": State.RUNNING,
        "name": "a",
        "directory": "/d",
        "url": "http://h/a?sig=***",
        "size_bytes": size,
        "done_bytes": done.total,
        "speed_bps": 1.5,
        "eta_s": None,
        "connections": 1,
        "segments_done": 0,
        "segments_total": 1,
        "done": done,
    }
    return JobView(**(values | changes))


class Desk:
    """A state directory with a manager, which is this process, and somebody who may watch."""

    def __init__(self, directory):
        self.directory = directory
        self.time_s = 1000.0
        self.jobs = (view_of(),)
        self.asked = 0
        self.stories = set()  # asked for with the last picture
        (directory / "manager.lock").write_text(str(os.getpid()))
        self.writer = LiveWriter(directory, self, lambda: self.time_s)
        self.reader = LiveReader(directory, lambda: self.time_s)

    def view(self):
        self.asked += 1
        self.stories = set()
        origins = (OriginView("http://h", 1, 2, learned=True, trial_s=3.0),)
        return QueueView(self.jobs, 1.5, 1, origins, LimitsView(64, 16, 0))

    def explain(self, job_id, *, story=False):
        self.stories |= {job_id} if story else set()
        told = (Told(2.5, "it is running"),) if story else ()
        return Explanation(job_id, (Cause(Word.NOTHING, "nothing"),), told)

    def turns(self):
        return TURNS

    def files(self):
        return {path.name for path in self.directory.iterdir()} - {"manager.lock"}

    def write(self, now=0.0):
        self.reader.touch()
        self.writer.look(now)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_while_nobody_watches_nothing_is_written_nor_drawn(desk):
    desk.writer.look(0.0)

    assert (desk.files(), desk.asked, desk.writer.watched) == (set(), 0, False)
    assert desk.reader.look() is None
    desk.write()
    assert desk.writer.watched


def test_a_watcher_sees_the_picture_as_it_was_drawn(desk):
    segments = (SegmentView(50, 60, None, live=True),)
    desk.jobs = (view_of(RangeSet([ByteRange(0, 10), ByteRange(50, 60)]), segments=segments),)
    desk.write()
    found = desk.reader.look()

    assert found.queue == desk.view()
    assert (found.process, found.time_s, found.turns) == (os.getpid(), 1000.0, TURNS)


def test_a_watcher_sees_why_each_job_is_as_fast_as_it_is(desk):
    desk.write()

    assert desk.reader.look().explained == (desk.explain(1),)


def test_who_asks_for_a_story_is_answered_at_once_and_for_a_while(desk):
    desk.jobs = (view_of(), view_of(id=2))
    desk.write(0.0)
    desk.reader.touch([2])
    desk.writer.look(0.1)

    assert [bool(each.story) for each in desk.reader.look().explained] == [False, True]
    desk.write(0.6)
    assert desk.stories == {2}
    desk.write(3.2)
    assert desk.stories == set()


def test_two_who_ask_at_once_are_both_answered(desk):
    desk.jobs = (view_of(), view_of(id=2))
    desk.reader.touch([2])
    desk.reader.touch([1])
    desk.writer.look(0.0)

    assert desk.stories == {1, 2}


def test_a_question_does_not_make_a_watcher_that_left_seem_to_be_there(desk):
    desk.reader.touch([1])
    desk.writer.look(0.0)
    desk.time_s += 3.0
    desk.writer.look(1.0)

    assert desk.files() == set()


@pytest.mark.parametrize("question", [b"x\n", b"-1\n", b"\xff\x00", b"9" * 100_000])
def test_a_question_that_makes_no_sense_is_none(desk, question):
    desk.reader.touch()
    (desk.directory / "watch").write_bytes(question)
    desk.reader.touch()
    desk.writer.look(0.0)

    assert desk.stories == set()
    assert (desk.directory / "watch").stat().st_size == 0


def test_the_files_are_private(desk):
    desk.write()

    assert desk.files() == {"live.json", "watch"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in desk.directory.glob("[lw]*")} == {0o600}


def test_it_is_drawn_twice_a_second(desk):
    for tick in range(9):
        desk.write(tick * 0.25)

    assert desk.asked == 5


def test_when_nobody_watches_any_more_the_files_go(desk):
    desk.write()
    desk.time_s += 3.0
    desk.writer.look(1.0)

    assert desk.files() == set()


def test_a_manager_that_leaves_takes_them_away(desk):
    desk.write()
    desk.writer.close()

    assert desk.files() == set()


def test_what_a_dead_manager_left_goes_with_the_first_look(desk):
    desk.write()
    desk.time_s += 60
    LiveWriter(desk.directory, desk, lambda: desk.time_s).look(0.0)

    assert desk.files() == set()


def test_an_old_picture_is_not_believed(desk):
    desk.write()
    desk.time_s += 2.1

    assert desk.reader.look() is None


def test_a_picture_of_who_does_not_hold_the_lock_is_not_believed(desk):
    desk.write()
    (desk.directory / "manager.lock").write_text(str(os.getppid()))

    assert desk.reader.look() is None


@pytest.mark.parametrize("holder", ["", "no number", str(2**22 + 1), "9" * 30])
def test_without_a_manager_nobody_is_asked_to_draw(desk, holder):
    (desk.directory / "manager.lock").write_text(holder)
    desk.reader.touch()

    assert desk.reader.manager() is None
    assert desk.files() == set()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"process":1}', b"\xff\xfe"])
def test_a_picture_that_makes_no_sense_is_none(desk, content):
    (desk.directory / "live.json").write_bytes(content)

    assert desk.reader.look() is None


def test_a_symbolic_link_is_not_followed(desk, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (desk.directory / "live.new").symlink_to(victim)
    (desk.directory / "watch").symlink_to(victim)
    desk.reader.touch()
    desk.writer.look(0.0)

    assert victim.read_text() == "precious"


def test_a_directory_that_cannot_be_written_to_stops_nobody(desk):
    desk.reader.touch()
    (desk.directory / "live.new").mkdir()
    desk.writer.look(0.0)

    assert desk.reader.look() is None


def test_a_file_of_very_many_ranges_keeps_its_amount_but_not_their_places(desk):
    scattered = RangeSet(ByteRange(n * MIB, n * MIB + 1000) for n in range(1000))
    desk.jobs = (view_of(scattered, 1000 * MIB),)
    desk.write()
    found = desk.reader.look().queue.jobs[0]

    assert len(found.done) == 200
    assert found.done.total == scattered.total
    assert list(found.done)[1] == ByteRange(5 * MIB, 5 * MIB + 5000)


def test_64_jobs_of_16_segments_make_a_small_file(desk):
    scattered = RangeSet(ByteRange(n * MIB, n * MIB + 1000) for n in range(1000))
    segments = tuple(SegmentView(n << 40, n << 40, n << 40, live=True) for n in range(16))
    job = view_of(scattered, 1000 * MIB, segments=segments)
    desk.jobs = tuple(msgspec.structs.replace(job, id=n) for n in range(64))
    desk.write()

    assert (desk.directory / "live.json").stat().st_size < 500_000
    assert len(desk.reader.look().queue.jobs) == 64
