"""The table of a job: where each state may lead."""

from ddm.core.states import NEXT
from ddm.record import State

LEAVING = {State.QUEUED, State.FAILED, State.PAUSED}


def test_every_state_leads_to_an_end():
    for state, after in NEXT.items():
        assert State.FAILED in after, state
    assert State.DONE in NEXT[State.FINISHING]


def test_a_stop_a_failure_and_a_wish_are_heeded_everywhere_but_in_finishing():
    heeding = {state for state, after in NEXT.items() if after >= LEAVING}

    assert heeding == set(NEXT) - {State.FINISHING}
    assert NEXT[State.FINISHING] == {State.DONE, State.FAILED}


def test_what_has_ended_leads_nowhere():
    assert {state for state in State if state.ended} == set(State) - set(NEXT) - {State.RESOLVING}


def test_bytes_are_verified_or_finished_only_where_the_part_file_may_be_open():
    for after in (State.VERIFYING, State.FINISHING):
        before = {state for state in NEXT if after in NEXT[state]}

        assert before <= {State.PROBING, State.RUNNING, State.VERIFYING}
