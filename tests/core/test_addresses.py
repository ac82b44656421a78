from itertools import count

import pytest

from ddm.core.addresses import AddressBook
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http import url as urls
from ddm.http.name import Addresses, Name
from ddm.http.proxy import Proxies
from ddm.limits import ADDRESS_FRESH_S, ADDRESS_STALE_S, HOSTS_MAX, NAME_FAILED_S

URL = urls.parse("https://a.test/f")
V4 = ("192.0.2.1",)
MISSING = Failure(Kind.UNRESOLVED, "a.test has no address", Exit.NAME_RESOLUTION)


@pytest.fixture
def book():
    return AddressBook(Proxies())


@pytest.fixture
def way(book):
    return book.way(URL, None)


def test_what_was_never_looked_up_is_asked_for_once(book, way):
    assert book.lacking(way, 0.0) == "a.test"
    assert list(book.to_ask(way, 0.0)) == ["a.test"]
    assert list(book.to_ask(way, 1.0)) == []
    assert book.lacking(way, 1.0) == "a.test"


def test_what_was_found_is_for_everybody_at_that_host(book, way):
    book.answered("a.test", V4, 0.0)
    other = book.way(urls.parse("http://a.test:8080/g"), None)
    assert book.found(way) == (Addresses("a.test", 443, V4),)
    assert book.found(other) == (Addresses("a.test", 8080, V4),)
    assert book.lacking(other, 0.0) is None
    assert list(book.to_ask(other, 0.0)) == []


def test_an_old_address_serves_while_it_is_asked_for_anew(book, way):
    book.answered("a.test", V4, 0.0)
    later_s = ADDRESS_FRESH_S + 1
    assert list(book.to_ask(way, later_s)) == ["a.test"]
    assert book.lacking(way, later_s) is None
    assert book.found(way)[0].addresses == V4


def test_a_very_old_address_does_not_serve(book, way):
    book.answered("a.test", V4, 0.0)
    assert book.lacking(way, ADDRESS_STALE_S + 1) == "a.test"


def test_an_address_where_nobody_was_reached_is_doubted_unless_it_is_new(book, way):
    book.answered("a.test", V4, 0.0)
    book.doubt(way, NAME_FAILED_S)
    assert book.lacking(way, NAME_FAILED_S) is None
    book.doubt(way, NAME_FAILED_S + 1)
    assert book.lacking(way, NAME_FAILED_S + 1) == "a.test"


@pytest.mark.parametrize("host", ["192.0.2.7", "[2001:db8::1]", "localhost", "a.localhost"])
def test_an_address_and_this_machine_need_no_look_up(book, host):
    way = book.way(urls.parse(f"http://{host}/"), None)
    assert book.lacking(way, 0.0) is None
    assert list(book.to_ask(way, 0.0)) == []
    assert book.found(way)[0].addresses


def test_of_a_way_through_a_proxy_the_proxys_name_is_looked_up(book):
    way = book.way(URL, "http://proxy.test:3128")
    assert way.names == (Name("proxy.test", 3128),)
    assert way.proxy == "http://proxy.test:3128"


def test_a_ways_repr_keeps_the_proxys_password(book):
    way = book.way(URL, "http://me:secret@proxy.test:3128")
    assert "secret" not in repr(way)
    assert "proxy.test" in repr(way)


def test_the_environments_proxy_counts_where_the_user_says_nothing():
    book = AddressBook(Proxies(https="http://proxy.test:3128"))
    assert book.way(URL, None).names == (Name("proxy.test", 3128),)
    assert book.way(URL, "").names == (Name("a.test", 443),)


def test_a_failed_look_up_is_tried_again_at_its_time_for_all_who_wait(book, way):
    list(book.to_ask(way, 0.0))
    book.wait("a.test", 1)
    book.wait("a.test", 2)
    assert book.next_s() is None
    book.failed("a.test", MISSING, 0.5, given_up=False)
    assert book.next_s() == 0.5
    assert book.waiting == 2
    assert book.take_due(0.4) == set()
    assert book.take_due(0.5) == {1, 2}
    assert book.next_s() is None
    assert list(book.to_ask(way, 0.5)) == ["a.test"]


def test_one_that_was_given_up_begins_anew_after_a_moment(book, way):
    list(book.to_ask(way, 0.0))
    book.failed("a.test", MISSING, 5.0, given_up=True)
    assert list(book.to_ask(way, 4.0)) == []
    assert list(book.to_ask(way, 5.0)) == ["a.test"]
    host = book.host("a.test")
    assert (host.tries, host.failure, host.given_up) == (0, None, False)


def test_one_that_was_given_up_is_asked_for_at_once_when_something_new_is_wanted(book, way):
    list(book.to_ask(way, 0.0))
    book.failed("a.test", MISSING, 5.0, given_up=True)
    book.forgive()
    assert list(book.to_ask(way, 1.0)) == ["a.test"]


def test_a_failed_look_up_leaves_what_was_known(book, way):
    book.answered("a.test", V4, 0.0)
    book.failed("a.test", MISSING, 70.0, given_up=False)
    assert book.lacking(way, 70.0) is None
    assert book.found(way)[0].addresses == V4


def test_names_that_nobody_needs_are_forgotten_when_there_are_too_many(book, way):
    numbers = count()
    book.answered("a.test", V4, 0.0)
    book.wait("wanted.test", 1)
    while next(numbers) < HOSTS_MAX:
        book.answered(f"{next(numbers)}.test", V4, 0.0)
    book.forget_but({"a.test"})
    before = book.lacking(way, 0.0)
    for _ in range(HOSTS_MAX):
        book.answered(f"{next(numbers)}.test", V4, 0.0)
    book.forget_but({"a.test"})
    assert before is book.lacking(way, 0.0) is None
    assert book.waiting == 1
    last = book.way(urls.parse(f"http://{next(numbers) - 1}.test/"), None)
    assert book.lacking(last, 0.0) is not None
