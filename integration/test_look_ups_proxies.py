"""Through a proxy its name is looked up, and the origin's where the proxy wants an address."""

import pytest

from integration.namespace import in_namespace
from integration.servers.behaviours import Honest
from integration.servers.certificate import make_certificate, server_context
from integration.servers.proxy import Proxy
from integration.servers.scripted import ScriptedServer
from integration.servers.socks import SocksProxy
from integration.test_look_ups import ASKS_ONCE, machine

URL = "http://origin.test/a"
ZONE = {"proxy.test": ("127.0.0.1",), "origin.test": ("::1", "127.0.0.7")}


def asked(dns):
    return {host for host, _ in dns.queries}


@pytest.mark.parametrize("environment", [False, True])
@in_namespace
def test_an_http_proxy_resolves_the_origin(ddm, download_dir, tmp_path, environment):
    with machine(tmp_path, ZONE) as dns, ScriptedServer() as server, Proxy(server.port) as proxy:
        server.add("/a", Honest(b"a"))
        where = f"proxy.test:{proxy.port}"
        if environment:
            ddm.environment["http_proxy"] = where
            ended = ddm("get", *ASKS_ONCE, URL)
        else:
            ended = ddm("get", *ASKS_ONCE, "--proxy", f"http://{where}", URL)

    assert ended.code == 0, ended.err
    assert (download_dir / "a").read_text() == "a"
    assert proxy.log[0][:2] == ("GET", URL)
    assert asked(dns) == {"proxy.test"}


@in_namespace
def test_an_https_proxy_is_trusted_by_the_name_that_it_has(ddm, download_dir, tmp_path):
    certificate = make_certificate(tmp_path, "DNS:proxy.test")
    with (
        machine(tmp_path, ZONE) as dns,
        ScriptedServer() as server,
        Proxy(server.port, server_context(certificate)) as proxy,
    ):
        server.add("/a", Honest(b"a"))
        where = f"https://proxy.test:{proxy.port}"
        ended = ddm("get", *ASKS_ONCE, "--cacert", certificate, "--proxy", where, URL)

    assert ended.code == 0, ended.err
    assert (download_dir / "a").read_text() == "a"
    assert asked(dns) == {"proxy.test"}


@pytest.mark.parametrize(
    ("scheme", "told", "looked_up"),
    [
        ("socks4a", "origin.test", {"proxy.test"}),
        ("socks5h", "origin.test", {"proxy.test"}),
        ("socks4", "127.0.0.7", {"proxy.test", "origin.test"}),
        ("socks5", "::1", {"proxy.test", "origin.test"}),
    ],
)
@in_namespace
def test_a_socks_proxy_is_told_a_name_or_an_address_as_its_url_says(
    ddm, download_dir, tmp_path, scheme, told, looked_up
):
    with (
        machine(tmp_path, ZONE) as dns,
        ScriptedServer() as server,
        SocksProxy(server.port) as socks,
    ):
        server.add("/a", Honest(b"a"))
        where = f"{scheme}://proxy.test:{socks.port}"
        ended = ddm("get", *ASKS_ONCE, "--proxy", where, URL)

    assert ended.code == 0, ended.err
    assert (download_dir / "a").read_text() == "a"
    assert set(socks.log) == {("", "", told, 80)}
    assert asked(dns) == looked_up


@in_namespace
def test_a_proxy_whose_name_nobody_knows_is_named(ddm, tmp_path):
    with machine(tmp_path, {"origin.test": ("127.0.0.1",)}) as dns:
        ended = ddm("get", *ASKS_ONCE, "--proxy", "http://proxy.test:3128", URL)

    assert ended.code == 19, ended.err
    assert "proxy.test" in ended.err
    assert asked(dns) == {"proxy.test"}
