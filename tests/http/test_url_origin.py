"""What an origin is called."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.errors import UsageError
from ddm.http.url import Origin, parse


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("https:example.org:443", "https:example.org:443"),
        ("http:[::1]:80", "http:[::1]:80"),
        ("https://example.org", "https:example.org:443"),
        ("http://example.org:8080/", "http:example.org:8080"),
        ("HTTPS://[::1]", "https:[::1]:443"),
        ("Example.org", "https:example.org:443"),
        ("example.org:8443", "https:example.org:8443"),
        ("[::1]:8443", "https:[::1]:8443"),
    ],
)
def test_an_origin_may_be_written_in_three_ways(text, key):
    assert Origin.of_key(text).key == key


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://example.org/a?sig=secret", "https://example.org/a?sig=*** is no origin: "),
        ("https://me:secret@example.org", "https://***@example.org is no origin: "),
        ("https:me:secret@example.org:443", "https://***@example.org:443 is no origin: "),
        ("example.org/a", "example.org/a is no origin: "),
        ("ftp://example.org", "ftp://example.org is no URL for DDM: "),
        ("https:example.org:0", "https://example.org:0 is no URL for DDM: its port "),
        ("", "https:// is no URL for DDM: it has no host"),
    ],
)
def test_what_is_no_origin_is_refused_without_its_secrets(text, why):
    with pytest.raises(UsageError) as caught:
        Origin.of_key(text)

    assert str(caught.value).startswith(why)


def test_the_refusal_of_a_url_names_its_origin():
    with pytest.raises(UsageError, match=r"as in https://example\.org$"):
        Origin.of_key("https://example.org:443/a")


@given(st.text(st.sampled_from("aB1.-_~:/?#@[]\\ \tü"), max_size=24))
@settings(max_examples=200)
def test_a_key_is_read_back_as_the_same_origin(text):
    for each in (text, f"http:{text}:80", f"http://{text}"):
        with contextlib.suppress(UsageError):
            origin = Origin.of_key(each)

            assert Origin.of_key(origin.key) == origin
            assert Origin.of_key(str(origin)) == origin
            assert parse(str(origin)).origin == origin
