import pytest

from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.lesson import Lesson
from ddm.measured import Advice, Measured, advise, lesson

FAILED = Failure(Kind.THROTTLED, "no", Exit.OVERLOADED)


def at(connections, speed, **more):
    """A count that brought so many bytes in a second."""
    return Measured(connections, more.pop("used", connections), speed, 1.0, **more)


def test_speed_is_bytes_in_a_second():
    assert Measured(4, 4, 100, 0.5).speed_bps == 200
    assert Measured(4, 4, 0, 0.0).speed_bps == 0


def test_the_fastest_is_recommended():
    assert advise([at(4, 100), at(8, 200)]) == Advice(8, "the fastest")


def test_fewer_connections_do_where_more_bring_next_to_nothing():
    assert advise([at(4, 100), at(8, 180), at(16, 190)]) == Advice(8, "16 are only 6% faster")


def test_ten_percent_is_the_edge():
    assert advise([at(4, 90), at(8, 100)]).connections == 4
    assert advise([at(4, 89), at(8, 100)]).connections == 8


def test_the_least_of_all_that_are_near_is_taken_whatever_the_order():
    assert advise([at(16, 100), at(4, 95), at(8, 99)]).connections == 4


def test_a_count_without_trouble_goes_before_a_faster_one_with_some():
    found = advise([at(4, 100), at(8, 200, throttled=3, errors=1)])

    assert found == Advice(
        4, "the fastest without trouble; 8 were faster, but met 3 refusals and 1 error"
    )


def test_where_every_count_met_trouble_the_least_is_taken():
    found = advise([at(4, 100, errors=2), at(8, 200, throttled=1)])

    assert found == Advice(8, "no count went without trouble, this one met the least: 1 refusal")


def test_a_single_count_is_compared_with_nothing():
    assert advise([at(4, 100)]) == Advice(4, "no other number was in use")


def test_what_a_small_file_really_used_is_recommended():
    found = advise([at(4, 100), at(8, 120, used=4)])

    assert found == Advice(4, "no other number was in use")


@pytest.mark.parametrize(
    "results", [[], [at(4, 0)], [at(4, 100, failure=FAILED)]], ids=["none", "no byte", "failed"]
)
def test_nothing_is_recommended_where_nothing_was_measured(results):
    assert advise(results) == Advice(None, "nothing could be measured")


def test_what_failed_is_left_out():
    assert advise([at(4, 100), at(8, 200, failure=FAILED)]).connections == 4


def taught(*results):
    return lesson(results, advise(results), ranges=True, wall_s=7.0)


def test_how_many_pay_is_known_where_more_brought_nothing():
    assert taught(at(4, 100), at(8, 200), at(16, 201)) == Lesson(
        7.0, ranges=True, connections=8, speed_bps=200
    )


def test_how_many_pay_is_not_known_where_the_most_were_the_fastest():
    assert taught(at(4, 100), at(8, 200)) == Lesson(7.0, ranges=True, speed_bps=200)


def test_a_limit_is_the_least_that_went_on_beside_a_refusal():
    results = (
        at(2, 100),
        at(8, 300, throttled=4, bore=4, refusal="503"),
        at(16, 300, throttled=9, bore=5, refusal="reset"),
    )

    assert taught(*results) == Lesson(
        7.0,
        ranges=True,
        connections=2,
        speed_bps=100,
        limit=4,
        refusal="503",
        refused_s=7.0,
    )
