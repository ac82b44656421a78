import pytest

from ddm.limits import HostLimits, Limits
from ddm.spec import JobSpec
from ddm.testing.connections import Connections, origin_of
from ddm.testing.reply import Reply, Sent
from ddm.testing.story import Violation

LIMITS = Limits(max_total_connections=4, max_connections_per_host=3, max_segments=2)
JOBS = {1: JobSpec("http://a/1", "/d"), 2: JobSpec("http://a/2", "/d", max_segments=1)}


@pytest.fixture
def connections(story):
    return Connections(LIMITS, JOBS, lambda url: int(url[-1]) % 10, story)


def start(connections, *urls):
    for url in urls:
        number = len(connections.started_now)
        connections.started(number, Sent(url, None, Reply(None), 0.0))


def test_connections_within_the_limits_are_counted(connections):
    start(connections, "http://a/1", "http://a/1", "http://b/2")

    assert (connections.of(1), connections.at("http://a"), connections.most) == (2, 2, 3)
    assert [started.beside for started in connections.end_turn()] == [0, 1, 0]
    connections.ended(0, 1.0)
    assert (connections.of(1), connections.at("http://a")) == (1, 1)
    assert connections.had_one(1)


@pytest.mark.parametrize(
    ("urls", "seen"),
    [
        (["http://a/1"] * 3, "3 connections for job 1, 2 are allowed"),
        (["http://a/2"] * 2, "2 connections for job 2, 1 are allowed"),
    ],
)
def test_one_too_many_is_seen_at_once(connections, urls, seen):
    with pytest.raises(Violation, match=seen):
        start(connections, *urls)


def test_one_too_many_to_an_origin_or_in_all_is_seen(story):
    jobs = dict.fromkeys(range(10), JOBS[1])
    many = Connections(LIMITS, jobs, lambda url: int(url[-1]), story)
    start(many, "http://a/1", "http://a/2", "http://a/3")

    with pytest.raises(Violation, match="4 connections to http://a, 3 are allowed"):
        start(many, "http://a/4")
    with pytest.raises(Violation, match="5 connections in all, 4 are allowed"):
        start(many, "http://b/4")


@pytest.mark.parametrize(
    ("origin", "most"), [("http://a", 1), ("http://a:8", 9), ("https://a", 3), ("http://b", 3)]
)
def test_an_origin_may_have_a_ceiling_of_its_own(story, origin, most):
    hosts = {"http:a:80": HostLimits(1), "http:a:8": HostLimits(9)}
    limits = Limits(max_connections_per_host=3, hosts=hosts)

    assert Connections(limits, JOBS, int, story).ceiling(origin) == most


@pytest.mark.parametrize(
    ("url", "origin"), [("https://a:8/x", "https://a:8"), ("http://a", "http://a")]
)
def test_an_origin_is_scheme_host_and_port(url, origin):
    assert origin_of(url) == origin
