"""Who hears of which event."""

import pytest

from ddm.core import events
from ddm.core.work import InvariantError
from ddm.failures import Kind


def test_what_comes_for_a_transfer_that_is_over_is_dropped(paper):
    paper.offer()
    paper.break_off(1, Kind.NOT_FOUND)

    for late in (events.BytesWritten(1, 5), events.TransferShortened(1, 5)):
        assert paper.play(late) == []


def test_words_for_a_job_that_has_left_are_dropped(paper):
    for late in (events.FileSynced(9), events.WindowMoved(9, 5), events.RoomChecked(9, 0)):
        assert paper.play(late) == []


def test_an_answer_for_a_job_that_is_not_there_is_a_bug(paper):
    with pytest.raises(InvariantError, match="job 9 is not admitted"):
        paper.play(events.PartClosed(9, None))


def test_what_nobody_knows_is_a_bug(paper):
    with pytest.raises(InvariantError, match="nobody handles"):
        paper.play("hello")
