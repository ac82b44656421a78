"""What DDM relies on in libcurl's dealings with names and proxies, each fact a test.

libcurl is to look nothing up by itself: a new one that breaks one of these breaks `ddm/http/proxy.py`,
`ddm/http/no_proxy.py` or the names in `ddm/multi/options.py`.
"""

import contextlib
import os
import re
import socket
import time

import pycurl
import pytest

from ddm.http import url as urls
from ddm.http.name import Addresses
from ddm.http.proxy import Proxies, names_of
from ddm.multi.options import refuse_look_up, resolve_entry
from integration.easy import collecting, fetch, perform
from integration.servers.behaviours import Honest
from integration.servers.socks import SocksProxy

CONTENT = bytes(range(256))
STEP_S = 0.2
NO_SOCKET = {"OPENSOCKETFUNCTION": lambda *_: pycurl.SOCKET_BAD}


def entry(host, port, *addresses):
    return resolve_entry(Addresses(host, port, addresses))


def guarded(url, *entries, **options):
    """A request that may look up nothing; what it wanted to look up, with its port."""
    got = fetch(url, RESOLVE=list(entries), RESOLVER_START_FUNCTION=refuse_look_up, **options)
    wanted = re.fullmatch(r"Error 42 resolving (.*)", got.message)
    return wanted and wanted[1], got


def environment(monkeypatch, changes):
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name, value in changes.items():
        monkeypatch.setenv(name, value)


# -- the guard ------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["name.test", "localhost", "a.localhost", "127.0.0.1", "[::1]"])
def test_the_guard_is_asked_for_every_host_also_for_addresses_and_localhost(host):
    wanted, got = guarded(f"http://{host}:81/")

    assert (wanted, got.code) == (f"{host.strip('[]')}:81", pycurl.E_ABORTED_BY_CALLBACK)


@pytest.mark.parametrize("host", ["name.test", "NAME.test", "localhost", "127.0.0.1"])
def test_the_guard_is_not_asked_for_a_host_whose_addresses_are_given(scripted, host):
    url = scripted.add("/", Honest(CONTENT)).replace("127.0.0.1", host)

    _, got = guarded(url, entry(host.lower(), scripted.port, "127.0.0.1"))

    assert (got.code, b"".join(got.blocks)) == (0, CONTENT)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        (("name.test", 82), "http://name.test:81/"),
        (("name.test", 81), "http://name.test.:81/"),
        (("other.test", 81), "http://name.test:81/"),
    ],
)
def test_addresses_count_for_the_very_name_and_port(given, url):
    assert guarded(url, entry(*given, "127.0.0.1"))[0] is not None


def test_an_ipv6_host_is_given_in_brackets():
    wanted, got = guarded("http://[::1]:81/", entry("::1", 81, "::1"), **NO_SOCKET)

    assert (wanted, got.code) == (None, pycurl.E_COULDNT_CONNECT)


def test_an_address_with_a_zone_is_no_address_to_libcurl():
    _, got = guarded("http://name.test/", "name.test:80:[fe80::1%lo]")

    assert got.code == 49


# -- what is looked up ----------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["http://origin.test:81/", "https://origin.test:444/"])
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"http_proxy": "p.test", "https_proxy": "p.test:8080"},
        {"http_proxy": "", "HTTP_PROXY": "p.test:9", "https_proxy": "", "HTTPS_PROXY": "p.test:9"},
        {"all_proxy": "http://me:p%40ss@P.test/"},
        {"ALL_PROXY": "https://p.test", "all_proxy": ""},
        {"http_proxy": "socks://p.test", "HTTPS_PROXY": "socks5://[::1]"},
        {"all_proxy": "http:/127.1:8/path?query#fragment"},
        {"all_proxy": "p.test:9", "no_proxy": "*"},
        {"all_proxy": "p.test:9", "no_proxy": "other.test, TEST."},
        {"all_proxy": "p.test:9", "no_proxy": "other.test more,test"},
        {"all_proxy": "p.test:9", "no_proxy": "", "NO_PROXY": ".origin.test"},
        {"all_proxy": "p.test:9", "no_proxy": "origin.test:81"},
    ],
)
def test_our_choice_of_a_proxy_is_libcurls(monkeypatch, origin, said):
    environment(monkeypatch, said)
    easy = pycurl.Curl()
    easy.setopt(pycurl.URL, origin)
    easy.setopt(pycurl.RESOLVER_START_FUNCTION, refuse_look_up)
    with pytest.raises(pycurl.error) as bare:
        easy.perform()

    proxy = Proxies.of(os.environ).chosen(urls.parse(origin), None)
    told, _ = guarded(origin, PROXY=proxy, NOPROXY="")
    first, *_ = names_of(urls.parse(origin), proxy)

    assert f"{first.host}:{first.port}" == told
    assert bare.value.args[1].lower() == f"error 42 resolving {told}"


@pytest.mark.parametrize("no_proxy", ["10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "10.1.2.3/0", "10.1"])
@pytest.mark.parametrize("host", ["10.1.2.3", "[fd00::1]"])
def test_networks_without_a_proxy_are_libcurls(monkeypatch, no_proxy, host):
    environment(monkeypatch, {"http_proxy": "p.test:9", "no_proxy": f"{no_proxy},fd00::/9"})
    url = f"http://{host}/"
    easy = pycurl.Curl()
    easy.setopt(pycurl.URL, url)
    easy.setopt(pycurl.RESOLVER_START_FUNCTION, refuse_look_up)
    with pytest.raises(pycurl.error) as bare:
        easy.perform()

    (name,) = names_of(urls.parse(url), Proxies.of(os.environ).chosen(urls.parse(url), None))

    assert bare.value.args[1] == f"Error 42 resolving {name.host}:{name.port}"


def test_what_is_said_of_the_proxy_keeps_the_environment_out(monkeypatch):
    environment(monkeypatch, {"all_proxy": "wrong.test:9", "no_proxy": "origin.test"})

    assert guarded("http://origin.test/", PROXY="", NOPROXY="")[0] == "origin.test:80"
    assert guarded("http://origin.test/", PROXY="p.test:9", NOPROXY="")[0] == "p.test:9"


@pytest.mark.parametrize("scheme", ["socks4", "socks4a", "socks5", "socks5h"])
def test_behind_a_socks_proxy_the_origin_is_looked_up_as_we_say(scripted, scheme):
    origin = scripted.add("/", Honest(CONTENT)).replace("127.0.0.1", "origin.test")
    with SocksProxy(scripted.port) as socks:
        proxy = f"{scheme}://p.test:{socks.port}"
        hop, *rest = names_of(urls.parse(origin), proxy)
        hop_entry = entry(hop.host, hop.port, "127.0.0.1")
        wanted, _ = guarded(origin, hop_entry, PROXY=proxy)
        # IPv6 first: version 4 of the protocol has no room for it, and takes the other.
        known = [entry(name.host, name.port, "::1", "127.0.0.1") for name in rest]
        _, got = guarded(origin, hop_entry, *known, PROXY=proxy)

    assert wanted == (f"origin.test:{scripted.port}" if rest else None)
    assert (got.code, b"".join(got.blocks)) == (0, CONTENT)


# -- several addresses ----------------------------------------------------------------------------


@pytest.fixture
def deaf():
    """Makes an address and port where nothing answers: its queue of connections is full."""
    with contextlib.ExitStack() as opened:

        def full(address, port):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = opened.enter_context(socket.socket(family))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(0)
            for _ in range(4):
                waiting = opened.enter_context(socket.socket(family))
                waiting.setblocking(False)
                waiting.connect_ex((address, port))
            return address

        yield full


def test_ipv6_is_tried_first_whatever_the_order_and_each_family_in_its_own():
    tried = []

    def refuse(_purpose, address):
        tried.append(address[3][0])
        return pycurl.SOCKET_BAD

    known = entry("name.test", 80, "10.0.0.2", "10.0.0.1", "fd00::1")
    guarded("http://name.test/", known, OPENSOCKETFUNCTION=refuse)

    assert tried == ["fd00::1", "10.0.0.2", "10.0.0.1"]


@pytest.mark.parametrize("silent", [("::1",), ("127.0.0.2",), ("::1", "127.0.0.2", "127.0.0.3")])
def test_an_address_that_does_not_answer_costs_200_ms_until_the_next_is_tried(
    scripted, deaf, silent
):
    url = scripted.add("/", Honest(CONTENT)).replace("127.0.0.1", "name.test")
    known = [deaf(address, scripted.port) for address in silent]

    begun_s = time.monotonic()
    _, got = guarded(url, entry("name.test", scripted.port, *known, "127.0.0.1"))
    took_s = time.monotonic() - begun_s

    assert (got.code, b"".join(got.blocks)) == (0, CONTENT)
    # As many steps as there are silent ones, not one after the end of a long wait.
    assert len(silent) * STEP_S <= took_s < 20 * STEP_S


def test_addresses_replace_those_that_the_multi_handle_knew_but_not_an_open_connection(scripted):
    url = scripted.add("/", Honest(CONTENT)).replace("127.0.0.1", "name.test")
    codes = []

    def ask(address, **options):
        easy, _ = collecting(url, RESOLVER_START_FUNCTION=refuse_look_up, **options)
        if address:
            easy.setopt(pycurl.RESOLVE, [entry("name.test", scripted.port, address)])
        codes.extend(perform(multi, easy) or [0])

    with pycurl.CurlMulti() as multi:
        ask("127.0.0.1")
        ask("127.0.0.2")
        ask("127.0.0.2", FRESH_CONNECT=1)
        ask("127.0.0.1", FRESH_CONNECT=1)
        ask(None, FRESH_CONNECT=1)

    assert codes == [0, 0, pycurl.E_COULDNT_CONNECT, 0, 0]


def test_each_multi_handle_knows_its_own_addresses(scripted):
    url = scripted.add("/", Honest(CONTENT)).replace("127.0.0.1", "name.test")
    known = [entry("name.test", scripted.port, "127.0.0.1")]
    first, _ = collecting(url, RESOLVE=known, RESOLVER_START_FUNCTION=refuse_look_up)
    second, _ = collecting(url, RESOLVER_START_FUNCTION=refuse_look_up)

    with pycurl.CurlMulti() as one, pycurl.CurlMulti() as other:
        assert perform(one, first) == []
        assert perform(other, second) == [pycurl.E_ABORTED_BY_CALLBACK]
