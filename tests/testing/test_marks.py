import random

from ddm.record import Mark
from ddm.testing.marks import MarksFile, WatchedMarks


class Notes:
    def __init__(self):
        self.forgotten = []

    def forgets(self, job_id):
        self.forgotten.append(job_id)


def marked(file, part, boot_id="boot-1"):
    marks = WatchedMarks(file.content, boot_id, Notes())
    marks.clear()
    marks.sink(part, 1, 0).write_at([b"x" * 100], 50)
    return marks


def test_marks_survive_the_process(part):
    file = MarksFile()
    marked(file, part)

    found = WatchedMarks(file.content, "boot-1", Notes()).found()
    assert found == (Mark(1, 0, part.identity.device, part.identity.inode, 50, 150),)


def test_what_is_forgotten_is_seen_and_gone(part):
    file, notes = MarksFile(), Notes()
    marks = WatchedMarks(file.content, "boot-1", notes)
    marks.clear()
    marks.sink(part, 1, 0).write_at([b"x" * 100], 50)
    marks.forget(1)

    assert (notes.forgotten, marks.found()) == ([1], ())


def test_after_a_power_cut_nothing_is_found_whatever_is_left(part):
    for seed in range(20):
        file = MarksFile()
        file.written_back()
        marked(file, part)
        file.lose_power(random.Random(seed))

        assert WatchedMarks(file.content, "boot-2", Notes()).found() == ()
