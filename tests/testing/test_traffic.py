import pytest

from ddm.spec import JobSpec
from ddm.testing.story import Violation

SPEC = JobSpec("http://a.test/f", "/d")


def test_connections_within_the_limits_are_fine(traffic):
    traffic.check_connections(["http://a.test/f"] * 2, [SPEC])


@pytest.mark.parametrize(
    ("urls", "seen"),
    [
        (["http://a.test/f"] * 3, "3 connections to a.test"),
        (["http://a.test/f", "http://a.test/g"] * 2, "4 connections in all"),
    ],
)
def test_connections_above_a_limit_are_seen(traffic, urls, seen):
    with pytest.raises(Violation, match=seen):
        traffic.check_connections(urls, [SPEC])


def test_more_connections_than_a_job_may_have_are_seen(traffic):
    modest = JobSpec("http://a.test/f", "/d", max_segments=1)

    with pytest.raises(Violation, match="2 connections for"):
        traffic.check_connections(["http://a.test/f"] * 2, [modest])


def test_too_many_requests_are_seen(traffic, internet):
    internet.requests["http://a.test/f"] = 301

    with pytest.raises(Violation, match="301 requests"):
        traffic.check_requests([SPEC])


def test_requests_of_an_earlier_run_are_not_counted(traffic, internet):
    internet.requests["http://a.test/f"] = 301
    traffic.begin_run()
    internet.requests["http://a.test/f"] += 300

    traffic.check_requests([SPEC])
