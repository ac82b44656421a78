import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.errors import UsageError
from ddm.http import url as urls
from ddm.http.name import Name
from ddm.http.proxy import Proxies, canonical_proxy, check_proxy, names_of

PLAIN = urls.parse("http://origin.test:81/")
SECURE = urls.parse("https://origin.test/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://127.0.0.1:3128",
        "https://proxy.example",
        "socks4://proxy.example:1080/",
        "SOCKS4A://proxy.example",
        "socks5://me:pass%2Fword@[::1]:1080",
        "socks5h://me@proxy.example",
    ],
)
def test_a_proxy_is_taken_as_it_was_written(text):
    assert check_proxy(text) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("proxy.example:3128", "has to begin with http://, "),
        ("ftp://me:secret@proxy.example", "has to begin with"),
        ("socks://proxy.example", "or socks5h://"),
        ("http://me:secret@", "it has no host"),
        ("http://me:secret@proxy.example:99999", "its port"),
        ("http://me:sec/secret@proxy.example", "its port"),
        ("http://me:1/secret@proxy.example", "ends after its host and port"),
        ("http://me:secret@proxy.example/path", "ends after its host and port"),
        ("http://me:secret@proxy.example?a", "ends after its host and port"),
        ("http://me:sec@ret@proxy.example", "%40"),
        ("http://me:secreté@proxy.example", "outside of ASCII"),
        ("http://me:secret @proxy.example", "a space"),
        ("http://me:secret@proxy.example\r\nX: 1", "control character"),
        ("http://me:secret%0d%0aX@proxy.example", "control character"),
        ("http://me:secret%00@proxy.example", "control character"),
    ],
)
def test_anything_else_is_refused_without_its_password(text, why):
    with pytest.raises(UsageError, match=why) as caught:
        check_proxy(text)

    assert "secret" not in str(caught.value)


@settings(max_examples=150)
@given(st.text(max_size=20), st.text(max_size=20))
def test_what_is_taken_has_no_room_for_another_line(user, host):
    try:
        found = check_proxy(f"http://{user}@{host}")
    except UsageError:
        return

    assert found.isascii()
    assert found.isprintable()


def test_each_scheme_has_its_proxy_and_the_others_the_one_for_all():
    found = Proxies.of({"http_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"})

    assert (found.chosen(PLAIN, None), found.chosen(SECURE, None)) == ("http://a:1", "http://b:2")
    assert Proxies.of({"ALL_PROXY": "http://c:3"}).chosen(SECURE, None) == "http://c:3"


def test_upper_case_counts_where_lower_case_is_empty_but_never_for_http():
    found = Proxies.of({"https_proxy": "", "HTTPS_PROXY": "b:2", "HTTP_PROXY": "a:1"})

    assert (found.chosen(PLAIN, None), found.chosen(SECURE, None)) == ("", "http://b:2")


def test_no_proxy_counts_for_the_environment_but_not_for_what_the_user_says():
    found = Proxies.of({"all_proxy": "http://a:1", "NO_PROXY": "origin.test"})

    assert found.chosen(PLAIN, None) == ""
    assert found.chosen(PLAIN, "http://b:2") == "http://b:2"


def test_none_at_all_can_be_asked_for():
    assert Proxies.of({"all_proxy": "http://a:1"}).chosen(PLAIN, "") == ""


def test_the_environments_proxies_do_not_show_their_passwords():
    assert "secret" not in repr(Proxies.of({"http_proxy": "http://me:secret@a:1"}))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("Proxy.example", "http://proxy.example:80"),
        ("proxy.example:8080", "http://proxy.example:8080"),
        ("me:p%40ss@proxy.example", "http://me:p%40ss@proxy.example:80"),
        ("HTTPS://proxy.example", "https://proxy.example:443"),
        ("socks://proxy.example", "socks4://proxy.example:1080"),
        ("socks5h://[FD00::0:1]/", "socks5h://[fd00::1]:1080"),
        ("http://127.1:3128/path?query", "http://127.0.0.1:3128"),
        ("http:/proxy.example#x@y", "http://proxy.example:80"),
        # What libcurl does not take, it has the words for; a Unix socket it finds by itself.
        ("ftp://proxy.example", "ftp://proxy.example"),
        ("proxy.example:", "proxy.example:"),
        ("proxy.example:99999", "proxy.example:99999"),
        ("http://a@b@proxy.example", "http://a@b@proxy.example"),
        ("socks5://localhost/run/tor", "socks5://localhost/run/tor"),
    ],
)
def test_a_proxy_has_one_form_whoever_wrote_it(text, canonical):
    assert canonical_proxy(text) == canonical
    assert canonical_proxy(canonical) == canonical


ORIGIN, HOP = Name("origin.test", 81), Name("p.test", 9)


@pytest.mark.parametrize(
    ("proxy", "names"),
    [
        ("", (ORIGIN,)),
        ("http://p.test:9", (HOP,)),
        ("https://p.test:9", (HOP,)),
        ("socks4a://p.test:9", (HOP,)),
        ("socks5h://u:p@p.test:9", (HOP,)),
        ("socks4://p.test:9", (HOP, ORIGIN)),
        ("socks5://p.test:9", (HOP, ORIGIN)),
        ("socks5://localhost/run/tor", (ORIGIN,)),
        ("socks5h://localhost/run/tor", ()),
        ("ftp://p.test:9", ()),
    ],
)
def test_a_proxy_is_looked_up_and_the_origin_where_the_proxy_does_not(proxy, names):
    assert names_of(PLAIN, proxy) == names


def test_an_address_is_a_name_too():
    assert names_of(urls.parse("http://[::1]/"), "") == (Name("::1", 80),)
