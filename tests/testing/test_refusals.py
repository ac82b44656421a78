import pytest

from ddm.testing.refusals import Refusals
from ddm.testing.reply import Ending, Reply, Sent, too_many
from ddm.testing.story import Violation

URL = "http://a/f"


@pytest.fixture
def refusals(story):
    return Refusals(story)


def refuse(refusals, now, reply=None):
    transfer_id = refusals.total
    refusals.started(transfer_id, Sent(URL, None, reply or too_many(503), now))
    refusals.ended(transfer_id, now)


def test_nobody_can_know_of_a_limit_before_the_first_refusal(refusals):
    for _ in range(50):
        refuse(refusals, 0.0)
    refuse(refusals, 1.0)

    assert refusals.total == 51


def test_once_a_second_is_borne(refusals):
    for now in range(30):
        refuse(refusals, float(now))

    assert refusals.total == 30


def test_more_than_once_a_second_is_seen(refusals):
    for now in (0.0, 2.0, 2.3):
        refuse(refusals, now)

    with pytest.raises(Violation, match="http://a has to refuse more than once a second"):
        refuse(refusals, 2.6)


def test_who_waited_long_may_not_make_up_for_it(refusals):
    refuse(refusals, 0.0)
    refuse(refusals, 100.0)
    refuse(refusals, 100.1)

    with pytest.raises(Violation):
        refuse(refusals, 100.2)


def test_nothing_more_is_sent_while_retry_after_is_in_force(refusals):
    refusals.started(100, Sent(URL, None, Reply(None), 0.0))
    refuse(refusals, 0.0, too_many(503, 5))
    refusals.ended(100, 1.0)
    refusals.started(101, Sent(URL, None, Reply(None), 1.0))

    with pytest.raises(Violation, match=r"2\.9 s more without a request beside 1"):
        refusals.started(102, Sent(URL, None, Reply(None), 2.0))


def test_a_cut_before_the_head_may_be_taken_for_a_refusal(refusals):
    assert not refusals.may_have_refused("http://a")
    refusals.started(1, Sent(URL, None, Reply(None, ending=Ending.RESET), 0.0))
    refusals.ended(1, 0.0)

    assert refusals.may_have_refused("http://a")
