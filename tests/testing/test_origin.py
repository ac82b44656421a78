import random

import pytest

from ddm.http.request import Request
from ddm.testing.body import Body, Version
from ddm.testing.origin import Internet, Origin
from ddm.testing.served import ServedFile


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
