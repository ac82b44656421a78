import contextlib
import ipaddress

import pycurl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.errors import UsageError
from ddm.http.url import URL, Origin, parse, percent_decoded

BASE = "http://a/b/c/d;p?q"

odd_text = st.text(st.sampled_from("aB1.%2eE-_~:/?#@[]\\&= \tü\u3000\uff0f"), max_size=24)
odd_urls = odd_text.map("http://h/".__add__) | odd_text.map("HTTPS://".__add__)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("http://example.com", "http://example.com/"),
        ("HTTP://Example.COM:80/A", "http://example.com/A"),
        ("https://h:443/", "https://h/"),
        ("https://h:8443/", "https://h:8443/"),
        ("http://h:/", "http://h/"),
        ("http://h:0080/", "http://h/"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://h/a b/ü?k=ü", "http://h/a%20b/%C3%BC?k=%C3%BC"),
        ("http://h/%7euser/50%", "http://h/%7euser/50%"),
        ("http://h/a/./b/../c", "http://h/a/c"),
        ("http://h/a/%2E%2e/../c/..", "http://h/"),
        ("http://h/a/b/..", "http://h/a/"),
        ("http://h//a//b", "http://h//a//b"),
        ("http://h/..a/b..", "http://h/..a/b.."),
        ("http://h?a=../b", "http://h/?a=../b"),
        ("http://h/?", "http://h/"),
        ("http://h/f#fragment", "http://h/f"),
        ("http://user:pass@h/f", "http://h/f"),
        ("  http://h/f  ", "http://h/f"),
    ],
)
def test_a_url_has_one_canonical_form(text, canonical):
    assert str(parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "begin with http"),
        ("example.com/f", "begin with http"),
        ("example.com:80/f", "begin with http"),
        ("ftp://h/f", "begin with http"),
        ("file:///etc/passwd", "begin with http"),
        ("http:h/f", "no host"),
        ("http:///f", "no host"),
        ("http://user@/f", "no host"),
        ("http://h:0/", "port"),
        ("http://h:65536/", "port"),
        ("http://h:8x/", "port"),
        ("http://h:" + "9" * 5000, "port"),
        ("http://h:-1/", "port"),
        ("http://[::1]8080/", "port"),
        ("http://[::1/", "no IPv6 address"),
        ("http://h/\r\nX: y", "control character"),
        ("http://h/\x00", "control character"),
        ("http://h\\@evil/", "backslash"),
        ("http://a@b@c/", "%40"),
        ("http://a b/", "no valid name"),
        ("http://h/" + "x" * 70_000, "longer than"),
        ("http://h/\udc80", "not valid UTF-8"),
    ],
)
def test_anything_odd_is_refused_with_its_reason(text, complaint):
    with pytest.raises(UsageError, match=complaint):
        parse(text)


def test_a_refusal_shows_no_secret_and_no_control_character():
    with pytest.raises(UsageError) as caught:
        parse("ftp://user:secret@h/f\x1b?token=secret")

    assert str(caught.value).startswith("ftp://***@h/f\\x1b?token=*** is no URL")


def test_userinfo_is_kept_apart_as_it_was_written():
    assert parse("http://us%40er:p%3A@h/").userinfo == "us%40er:p%3A"
    assert parse("http://@h/").userinfo is None
    assert parse("http://h/").userinfo is None


def test_the_repr_is_redacted():
    assert repr(parse("https://u:p@h/f?sig=1")) == "URL('https://h/f?sig=***')"


def test_an_origin_is_scheme_host_and_port():
    assert parse("https://u@H:443/f").origin == Origin("https", "h", 443)
    assert str(Origin("http", "::1", 8080)) == "http://[::1]:8080"
    assert str(Origin("http", "h", 443)) == "http://h:443"


@pytest.mark.parametrize(
    ("reference", "joined"),
    [
        # RFC 3986 section 5.4, without the schemes that are refused and with fragments dropped.
        ("g", "http://a/b/c/g"),
        ("./g", "http://a/b/c/g"),
        ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("//g", "http://g/"),
        ("?y", "http://a/b/c/d;p?y"),
        ("g?y", "http://a/b/c/g?y"),
        ("#s", "http://a/b/c/d;p?q"),
        ("g#s", "http://a/b/c/g"),
        (";x", "http://a/b/c/;x"),
        ("", "http://a/b/c/d;p?q"),
        (".", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"),
        ("g;x=1/../y", "http://a/b/c/y"),
        ("g?y/../x", "http://a/b/c/g?y/../x"),
        ("https://u:p@h/x", "https://h/x"),
        ("//u:p@h:81/x", "http://h:81/x"),
        (" /g ", "http://a/g"),
        ("/a b", "http://a/a%20b"),
        ("/ü".encode().decode("latin-1"), "http://a/%C3%BC"),
        ("/ü", "http://a/%C3%BC"),
        ("/\\evil/x", "http://a/\\evil/x"),
    ],
)
def test_a_location_is_joined_to_where_it_came_from(reference, joined):
    assert str(parse(BASE).join(reference)) == joined


@pytest.mark.parametrize("reference", ["file:///etc/passwd", "g:h", "//", "http:g", "/a\nb"])
def test_a_location_that_leads_elsewhere_is_refused(reference):
    with pytest.raises(UsageError):
        parse(BASE).join(reference)


@pytest.mark.parametrize("reference", ["/x", "http://u:p@a/x", "?y", "//u@a/"])
def test_a_joined_url_has_no_userinfo(reference):
    assert parse("http://me:secret@a/").join(reference).userinfo is None


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("/a/b.iso?x=/y", "b.iso"),
        ("/a/", ""),
        ("/a%20b", "a b"),
        ("/%C3%BC", "ü"),
        ("/%FC", "ü"),
        ("/..%2Fx", "../x"),
        ("/50%", "50%"),
    ],
)
def test_the_file_name_is_the_last_component_decoded(target, name):
    assert URL("http", "h", 80, target).file_name == name


def test_percent_decoding_leaves_a_stray_percent_sign_alone():
    assert percent_decoded("%41%4g%") == b"A%4g%"


def assert_libcurl_understands(url):
    """It has to see the host, port and target that we see."""
    theirs = pycurl.CurlUrl(str(url))
    host = theirs.host.strip("[]")
    if ":" in host:
        host = ipaddress.ip_address(host).compressed

    assert (theirs.scheme, host) == (url.scheme, url.host)
    assert int(theirs.port or {"http": 80, "https": 443}[url.scheme]) == url.port
    assert theirs.path + (f"?{theirs.query}" if theirs.query else "") == url.target


@given(odd_urls | st.text(max_size=30).map("http://".__add__))
@settings(max_examples=200)
def test_what_is_accepted_is_understood_by_libcurl_in_the_same_way(text):
    with contextlib.suppress(UsageError):
        assert_libcurl_understands(parse(text))


@given(odd_text | odd_text.map("//".__add__) | odd_text.map("http://".__add__) | st.text())
@settings(max_examples=200)
def test_so_is_what_a_location_leads_to(reference):
    for base in (BASE, "https://[::1]:8443/x/?y"):
        with contextlib.suppress(UsageError):
            assert_libcurl_understands(parse(base).join(reference))


@given(odd_urls)
@settings(max_examples=200)
def test_the_canonical_form_is_read_back_as_itself(text):
    with contextlib.suppress(UsageError):
        canonical = str(parse(text))

        assert str(parse(canonical)) == canonical
        assert all("\x21" <= character <= "\x7e" for character in canonical)


@given(odd_text | st.text(max_size=30))
@settings(max_examples=200)
def test_any_location_is_joined_or_refused(reference):
    with contextlib.suppress(UsageError):
        joined = parse(BASE).join(reference)

        assert parse(str(joined)) == joined
