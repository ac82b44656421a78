import pytest

from ddm.record import JobRecord, PartIdentity, State, Wanted
from ddm.spec import JobSpec
from ddm.testing.part import Inode
from ddm.testing.removals import Removals
from ddm.testing.story import Violation

FILE = Inode(3)


@pytest.fixture
def removals(story):
    return Removals(story)


def record(state=State.PAUSED, *, delete=True):
    part = PartIdentity("boot-1", 7, FILE.number)
    spec = JobSpec("http://a.test/f", "/d")
    return JobRecord(1, spec, Wanted.REMOVE, state, "f", part=part, delete_files=delete)


def test_a_file_may_go_with_its_job(removals):
    removals.unlinked("/d/f.part", FILE)
    removals.removes(record())

    removals.check({}, set(), [])


def test_a_file_that_nobody_wished_away_is_missed(removals):
    removals.unlinked("/d/f.part", FILE)

    with pytest.raises(Violation, match="nobody wished it"):
        removals.check({}, set(), [record(delete=False)])


def test_a_file_may_go_before_its_row(removals):
    removals.unlinked("/d/f.part", FILE)

    removals.check({}, set(), [record()])


def test_a_wish_that_was_given_up_excuses_a_file_that_is_gone(removals):
    removals.unlinked("/d/f.part", FILE)
    removals.drops_wish(record())

    removals.check({}, set(), [])


def test_a_file_that_stays_though_it_was_to_go_is_seen(removals):
    removals.removes(record())

    with pytest.raises(Violation, match="went with its files"):
        removals.check({"/d/f.part": FILE}, set(), [])


def test_a_whole_file_is_left_behind_unless_it_was_to_go(removals):
    removals.removes(record(State.DONE, delete=False))
    assert removals.left_behind() == ["/d/f"]

    removals.are_back([record()])
    assert (removals.left_behind(), removals.any) == ([], False)
