import random

import pytest

from ddm.errors import UsageError
from ddm.failures import Kind
from ddm.http.request import Request
from ddm.testing.cast import Cast
from ddm.testing.script import Script


@pytest.fixture
def cast():
    cast = Cast(random.Random(1))
    cast.enter("HTTPS://user:pw@Example.org/a?x=1#part", Script(b"abc"))
    return cast


def answer(cast, url, **fields):
    request = Request(url, tuple(fields.items()))
    return cast.answer(request, active=1, now=1.5, wall_s=0.0)


def test_a_url_is_served_in_whatever_way_it_was_written(cast):
    assert answer(cast, "https://example.org/a?x=1").head.status == 200


def test_another_query_is_another_url(cast):
    assert answer(cast, "https://example.org/a?x=2").head.status == 404


def test_a_host_that_serves_nothing_has_no_address(cast):
    failure = answer(cast, "https://example.net/a?token=secret").failure

    assert failure.kind is Kind.UNRESOLVED
    assert failure.message == (
        "the name example.net has no address: nobody serves https://example.net/a?token=*** in this rehearsal"
    )


def test_what_was_asked_is_kept_in_order(cast):
    answer(cast, "https://example.org/a?x=1", Range="bytes=0-1")
    answer(cast, "https://example.net/")

    assert [(each.url, each.range, each.status, each.at_s) for each in cast.asked] == [
        ("https://example.org/a?x=1", "bytes=0-1", 206, 1.5),
        ("https://example.net/", None, None, 1.5),
    ]


def test_the_fields_of_a_request_are_not_in_what_is_shown_of_it(cast):
    answer(cast, "https://example.org/a?x=1", Authorization="Bearer secret")

    (asked,) = cast.asked
    assert asked.fields["authorization"] == "Bearer secret"
    assert "secret" not in repr(asked)


def test_what_is_no_url_is_not_served(cast):
    with pytest.raises(UsageError):
        cast.enter("ftp://example.org/", Script(b""))


def test_every_name_is_found_at_once(cast):
    errand = cast.look_up("example.org")

    assert (errand.over, errand.result()) == (True, ("192.0.2.1",))


def test_a_host_keeps_its_door_and_speaks_http_1(cast):
    assert cast.door("example.org") is cast.door("example.org")
    assert cast.speaks(Request("https://example.org/", ())) == "1.1"
