import random

import pytest

from ddm.http.head import Head
from ddm.http.request import Request
from ddm.testing.body import Body, Version
from ddm.testing.origin import Internet, Origin
from ddm.testing.reply import Ending
from ddm.testing.served import ServedFile

CHANCE = random.Random(1)


@pytest.fixture
def file():
    return ServedFile([(0.0, Version(Body("key", 10), None, None))])


@pytest.fixture
def internet(file):
    moved = {"/near": "/file", "/loop": "/loop"}
    origins = [
        Origin("a.test", {"/file": file}, moved, connections_max=2, calm_s=10.0),
        Origin("b.test", moved={"/far": "http://a.test/near"}),
    ]
    return Internet(origins, random.Random(1))


def status(internet, url, *, active=1, now=0.0):
    return internet.answer(Request(url, ()), active=active, now=now, wall_s=0.0).head.status


def test_a_url_leads_to_its_file_over_redirects(internet, file):
    assert internet.file("http://b.test/far") is file
    assert internet.file("http://a.test/file") is file


def test_a_loop_and_an_unknown_path_lead_nowhere(internet):
    assert internet.file("http://a.test/loop") is None
    assert internet.file("http://a.test/other") is None


def test_files_redirects_and_nothing_are_answered(internet):
    urls = ["http://a.test/file", "http://b.test/far", "http://b.test/other"]

    assert [status(internet, url) for url in urls] == [200, 302, 404]


def test_too_many_connections_are_refused_until_calm_comes(internet):
    url = "http://a.test/file"

    assert [status(internet, url, active=active) for active in (2, 3)] == [200, 503]
    assert status(internet, url, active=3, now=10.0) == 200


def test_requests_are_counted(internet):
    for _ in range(3):
        status(internet, "http://a.test/near")

    assert internet.requests == {"http://a.test/near": 3}


@pytest.mark.parametrize(("too_many", "status"), [(403, 403), (503, 503)])
def test_too_many_connections_are_refused_in_its_own_words(too_many, status):
    internet = Internet(
        [Origin("a.test", connections_max=1, too_many=too_many, calm_s=1.0)], CHANCE
    )

    assert internet.answer(
        Request("http://a.test/", ()), active=2, now=0.0, wall_s=0.0
    ).head == Head(status)


def test_or_reset_without_a_word():
    internet = Internet([Origin("a.test", connections_max=1, too_many=0, calm_s=1.0)], CHANCE)
    reply = internet.answer(Request("http://a.test/", ()), active=2, now=0.0, wall_s=0.0)

    assert (reply.head, reply.ending) == (None, Ending.RESET)


def test_what_a_location_names_expires_until_calm_comes(file):
    origin = Origin("a.test", {"/f": file}, {"/go": "/f"}, calm_s=10.0, life_s=2.0, expired=410)
    internet = Internet([origin], CHANCE)
    reply = internet.answer(Request("http://a.test/go", ()), active=1, now=1.0, wall_s=0.0)
    url = "http://a.test" + reply.head.get("location")

    assert url == "http://a.test/f?until=3.0"
    assert [status(internet, url, now=now) for now in (3.0, 3.1, 10.0)] == [200, 410, 200]


def test_requests_are_counted_whatever_the_query(internet):
    status(internet, "http://a.test/file?until=9.0")

    assert internet.requests == {"http://a.test/file": 1}


def test_the_chain_of_a_url_ends_where_it_leads_or_begins_again(internet):
    assert internet.chain("http://b.test/far") == [
        "http://b.test/far",
        "http://a.test/near",
        "http://a.test/file",
    ]
    assert internet.chain("http://a.test/loop") == ["http://a.test/loop"]


def test_http2_is_spoken_over_tls_alone():
    internet = Internet([Origin("a.test", http_version="2")], random.Random(1))

    spoken = [internet.speaks(Request(f"{scheme}://a.test/", ())) for scheme in ("http", "https")]
    assert spoken == ["1.1", "2"]
