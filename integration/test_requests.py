"""How files are asked for: each option arrives at its own origin and at no other one."""

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from integration.servers.behaviours import Honest, Status, redirect
from integration.servers.bodies import body, write_body
from integration.servers.proxy import Proxy
from integration.servers.scripted import ScriptedServer
from integration.servers.socks import SocksProxy

CONTENT = body(3 << 20, seed=11)
SECRET = "5ec4e7"
OPTIONS = {
    "cookie": ("--cookie", f"session={SECRET}"),
    "authorization": ("--user", f"me:{SECRET}"),
    "x-api-key": ("-H", f"X-Api-Key: {SECRET}"),
    "referer": ("--referer", f"http://page.example/{SECRET}"),
}
ALL = [word for option in OPTIONS.values() for word in option]


@pytest.fixture
def other():
    """A server at another port: another origin."""
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def proxy():
    with Proxy() as server:
        yield server


def everything_that_was_kept(ddm):
    """The log and what status shows: all but the database, which only its owner may read."""
    state = Path(ddm.environment["XDG_STATE_HOME"]) / "ddm"
    return (state / "ddm.log").read_text() + ddm("status").out + ddm("status", "--json").out


def test_every_option_arrives_with_every_request(ddm, scripted, download_dir):
    ended = ddm("get", *ALL, "--user-agent", "me/1", scripted.add("/a.bin", Honest(CONTENT)))

    assert ended.code == 0, ended.err
    assert (download_dir / "a.bin").read_bytes() == CONTENT
    assert len(scripted.log) > 1
    for request in scripted.log:
        assert {name: request.headers[name] for name in (*OPTIONS, "user-agent")} == {
            "cookie": f"session={SECRET}",
            "authorization": "Basic bWU6NWVjNGU3",
            "x-api-key": SECRET,
            "referer": f"http://page.example/{SECRET}",
            "user-agent": "me/1",
        }


@pytest.mark.parametrize("name", OPTIONS)
def test_no_option_goes_to_another_origin(ddm, scripted, other, download_dir, name):
    there = other.add("/a.bin", Honest(CONTENT))
    url = scripted.add("/go", redirect(there))

    ended = ddm("get", *OPTIONS[name], url)

    assert ended.code == 0, ended.err
    assert (download_dir / "a.bin").read_bytes() == CONTENT
    assert [name in request.headers for request in scripted.log] == [True]
    assert [request for request in other.log if name in request.headers] == []


def test_a_redirect_that_comes_back_has_the_options_again(ddm, scripted, other):
    back = other.add("/back", redirect(scripted.add("/a.bin", Honest(b"a"))))

    ended = ddm("get", *ALL, scripted.add("/go", redirect(back)))

    assert ended.code == 0, ended.err
    assert all(OPTIONS.keys() <= request.headers.keys() for request in scripted.log)
    assert all(OPTIONS.keys().isdisjoint(request.headers) for request in other.log)


def test_nothing_secret_is_shown_or_kept_outside_of_the_database(ddm, scripted):
    ended = ddm("get", *ALL, scripted.add("/a.bin", Status(403)))

    shown = ended.out + ended.err + everything_that_was_kept(ddm)
    assert ended.code == 24
    assert SECRET not in shown
    assert "bWU6NWVjNGU3" not in shown


def test_a_new_cookie_is_used_for_what_is_left(ddm, scripted, download_dir):
    url = scripted.add("/a.bin", Status(403))
    first = ddm("get", "--cookie", "session=old", url)
    before = len(scripted.log)
    scripted.add("/a.bin", Honest(CONTENT))

    again = ddm("get", "--cookie", "session=new", url)

    assert (first.code, again.code) == (24, 0), again.err
    assert len(ddm.status()["jobs"]) == 1
    cookies = [request.headers["cookie"] for request in scripted.log]
    assert set(cookies[:before]) == {"session=old"}
    assert set(cookies[before:]) == {"session=new"}


def test_what_was_added_is_asked_for_in_the_same_way_later(ddm, scripted):
    ddm("add", *ALL, scripted.add("/a.bin", Honest(b"a")))

    ended = ddm("run")

    assert ended.code == 0, ended.err
    assert all(OPTIONS.keys() <= request.headers.keys() for request in scripted.log)


def test_secrets_are_in_a_file_of_the_owner_alone(ddm, scripted):
    ddm("add", *ALL, scripted.url("/a.bin"))

    state = Path(ddm.environment["XDG_STATE_HOME"]) / "ddm"
    with closing(sqlite3.connect(state / "jobs.db")) as database:
        assert SECRET in str(database.execute("SELECT headers FROM jobs").fetchall())
    assert {path.name: path.stat().st_mode & 0o077 for path in state.iterdir()} == {
        path.name: 0 for path in state.iterdir()
    }
    assert state.stat().st_mode & 0o077 == 0


def test_a_proxy_is_asked_and_its_password_goes_nowhere_else(ddm, scripted, proxy, download_dir):
    url = scripted.add("/a.bin", Honest(CONTENT))

    ended = ddm("get", "--proxy", proxy.url(f"me:{SECRET}"), url)

    assert ended.code == 0, ended.err
    assert (download_dir / "a.bin").read_bytes() == CONTENT
    assert {(method, target) for method, target, _ in proxy.log} == {("GET", url)}
    assert {fields["proxy-authorization"] for _, _, fields in proxy.log} == {"Basic bWU6NWVjNGU3"}
    assert [r for r in scripted.log if "proxy-authorization" in r.headers] == []
    assert SECRET not in ended.out + ended.err + everything_that_was_kept(ddm)


def test_a_proxy_sees_nothing_of_what_goes_through_it_to_tls(ddm, nginx, proxy, download_dir):
    digest = write_body(nginx.files / "a.bin", 100)

    ended = ddm(
        *("get", "--cacert", nginx.certificate, "--proxy", proxy.url(), *ALL),
        *("--checksum", f"sha-256:{digest}", f"{nginx.tls}/files/a.bin"),
    )

    assert ended.code == 0, ended.err
    ((method, target, fields),) = proxy.log
    assert (method, target) == ("CONNECT", nginx.tls.removeprefix("https://"))
    assert OPTIONS.keys().isdisjoint(fields)


def test_a_socks_proxy_is_given_the_name_and_resolves_it_itself(ddm, scripted, download_dir):
    scripted.add("/a.bin", Honest(CONTENT))
    with SocksProxy(scripted.port) as socks:
        ended = ddm(
            *("get", "--proxy", f"socks5h://me:{SECRET}@127.0.0.1:{socks.port}"),
            *("--max-tries", 1, "http://only-the-proxy-knows.invalid/a.bin"),
        )

    assert ended.code == 0, ended.err
    assert (download_dir / "a.bin").read_bytes() == CONTENT
    assert set(socks.log) == {("me", SECRET, "only-the-proxy-knows.invalid", 80)}
    assert SECRET not in ended.out + ended.err + everything_that_was_kept(ddm)


def test_no_proxy_at_all_goes_before_the_environment(ddm, scripted):
    ddm.environment["http_proxy"] = "http://127.0.0.1:1"

    ended = ddm("get", "--proxy", "", scripted.add("/a.bin", Honest(b"a")))

    assert ended.code == 0, ended.err


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_a_proxy_that_is_not_there_is_named_without_its_password(ddm, scripted, scheme):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    ended = ddm(
        *("get", "--max-tries", 1, "--proxy", f"{scheme}://me:{SECRET}@127.0.0.1:{port}"),
        scripted.add("/a.bin", Honest(b"a")),
    )

    assert ended.code == 6, ended.err
    assert scripted.log == []
    assert SECRET not in ended.out + ended.err + everything_that_was_kept(ddm)


@pytest.mark.parametrize("proxy_url", ["ftp://127.0.0.1", "127.0.0.1:3128", "http://a:b/c@d"])
def test_a_proxy_that_makes_no_sense(ddm, scripted, proxy_url):
    ended = ddm("get", "--proxy", proxy_url, scripted.add("/a.bin", Honest(b"a")))

    assert ended.code == 2
    assert (ended.err.count("\n"), scripted.log) == (1, [])


def test_a_certificate_of_a_named_authority_is_trusted(ddm, nginx, download_dir):
    write_body(nginx.files / "a.bin", 100)

    ended = ddm("get", "--cacert", nginx.certificate, f"{nginx.tls}/files/a.bin")

    assert (ended.code, "warning" in ended.err) == (0, False), ended.err
    assert (download_dir / "a.bin").stat().st_size == 100


def test_any_certificate_is_trusted_only_loudly(ddm, nginx, download_dir):
    write_body(nginx.files / "a.bin", 100)
    url = f"{nginx.tls}/files/a.bin"

    without = ddm("get", "-q", url)
    with_it = ddm("get", "-q", "--insecure", url)

    assert without.code == 40
    assert (with_it.code, with_it.err.count("\n")) == (0, 1)
    assert "warning: --insecure" in with_it.err
    assert (download_dir / "a.bin").stat().st_size == 100


def test_a_job_that_trusts_any_certificate_does_not_make_others_trust_it(ddm, nginx):
    write_body(nginx.files / "a.bin", 100)
    write_body(nginx.files / "b.bin", 100)
    ddm("add", "--insecure", f"{nginx.tls}/files/a.bin")
    ddm("add", f"{nginx.tls}/files/b.bin")

    ended = ddm("run", "--jobs", 1)

    assert ended.code == 40
    assert [job["state"] for job in ddm.status()["jobs"]] == ["done", "failed"]


@pytest.mark.parametrize("break_", ["\r\nX-Evil: 1", "\n", "\r"])
@pytest.mark.parametrize(
    "option", ["-H", "--cookie", "--user", "--referer", "--user-agent", "--proxy"]
)
def test_a_line_break_is_refused(ddm, scripted, option, break_):
    value = {"-H": f"X-Key: {SECRET}", "--proxy": f"http://me:{SECRET}@127.0.0.1"}.get(
        option, f"a=b:{SECRET}"
    )
    ended = ddm("get", option, value + break_, scripted.add("/a.bin", Honest(b"a")))

    assert ended.code == 2, ended.err
    assert scripted.log == []
    assert SECRET not in ended.err
