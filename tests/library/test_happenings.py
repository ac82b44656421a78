import pytest
from msgspec.structs import replace

from ddm.core.view import recorded
from ddm.library.happenings import Done, Failed, Happening, Paused, Removed, ending
from ddm.record import JobRecord, State, Wanted
from ddm.spec import JobSpec

VIEW = recorded(JobRecord(3, JobSpec("http://a.test/f", "/files"), Wanted.RUN, State.RUNNING))


@pytest.mark.parametrize(
    ("state", "kind"),
    [(State.DONE, Done), (State.FAILED, Failed), (State.PAUSED, Paused), (State.QUEUED, None)],
)
def test_a_job_that_leaves_does_so_in_one_way(state, kind):
    view = replace(VIEW, state=state)
    assert ending(view) == (kind and kind(view))


@pytest.mark.parametrize("state", [State.QUEUED, State.DONE, State.PAUSED])
def test_one_that_is_removed_is_removed_however_it_stood(state):
    view = replace(VIEW, state=state, removed=True)
    assert ending(view) == Removed(view)


def test_what_happened_can_be_matched_with_its_view_and_says_whose_it_is():
    happening: Happening = Done(VIEW)
    match happening:
        case Done(view):
            assert (view, happening.job_id) == (VIEW, 3)
