import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm import redact

# What URLs are made of, often enough to meet the odd cases.
url_like = st.text(st.sampled_from("ab1:/?#@&=.[]\\%\x1b\n\u202e "), max_size=30)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/a/b.iso", "https://example.com/a/b.iso"),
        ("https://user:secret@example.com/", "https://***@example.com/"),
        ("https://token@example.com/", "https://***@example.com/"),
        ("https://h/f?Signature=abc&Expires=9", "https://h/f?Signature=***&Expires=***"),
        ("https://h/f?bare-token", "https://h/f?***"),
        ("https://h/f?a=1#secret", "https://h/f?a=***"),
        ("https://h/f?", "https://h/f?"),
        ("https://[::1]:8080/f", "https://[::1]:8080/f"),
        ("https://h/@scope/f", "https://h/@scope/f"),
        ("/relative?token=1", "/relative?token=***"),
        ("", ""),
    ],
)
def test_a_url_is_shown_without_its_secrets(url, shown):
    assert redact.url(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://user:se/cret@host/",
        "http://user:se?cret@host/",
        "http://user:se#cret@host/",
        "http://us@er:secret@host/",
        "http://us\x1ber:secret@host/",
        "http://us\\er:secret@host/",
        "ftp://user:secret@host/",
        "http:\\\\user:secret@host/",
        "user:secret@host/path",
        "http:// user:secret@host",
        "http://host:port/path?k=secret",
    ],
)
def test_a_url_that_makes_no_sense_is_masked_too(url):
    assert "secret" not in redact.url(url)
    assert "cret" not in redact.url(url)


def test_control_characters_of_a_url_are_escaped():
    assert redact.url("http://h/\x1b[2J\r\n\u202e") == "http://h/\\x1b[2J\\x0d\\x0a\\u202e"


@pytest.mark.parametrize(
    ("character", "escape"),
    [
        ("\x00", "\\x00"),
        ("\n", "\\x0a"),
        ("\x1b", "\\x1b"),
        ("\x7f", "\\x7f"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\u2066", "\\u2066"),
    ],
)
def test_a_message_has_its_control_characters_escaped(character, escape):
    assert redact.text(f"a{character}b") == f"a{escape}b"


def test_half_surrogates_and_tags_are_escaped_with_their_number():
    assert redact.text("\udc80 \U000e0041") == "\\udc80 \\U000e0041"


def test_letters_of_all_scripts_stay_as_they_are():
    assert redact.text("Straße, файл, 文件, emoji 🎉") == "Straße, файл, 文件, emoji 🎉"


def test_every_url_in_a_message_is_masked():
    message = "from 'https://u:p@h/f?k=v', then (http://i/?k=w): 404."

    assert redact.text(message) == "from 'https://***@h/f?k=***', then (http://i/?k=***): 404."


def test_a_long_message_is_cut():
    assert redact.short("x" * 100, 10) == "xxxxxxxxx…"
    assert redact.short("x" * 10, 10) == "xxxxxxxxxx"


def test_only_harmless_fields_show_their_values():
    fields = [("ETag", '"a"'), ("Set-Cookie", "s=1"), ("Authorization", "Basic x"), ("X-Key", "k")]

    assert redact.headers(fields) == (
        ("ETag", '"a"'),
        ("Set-Cookie", "***"),
        ("Authorization", "***"),
        ("X-Key", "***"),
    )


@given(url_like)
@settings(max_examples=200)
def test_masking_a_masked_url_again_changes_nothing(url):
    once = redact.url(url)

    assert redact.url(once) == once


@given(st.text() | url_like)
@settings(max_examples=100)
def test_nothing_unsafe_is_left_in_any_text(text):
    for clean in (redact.text(text), redact.url(text), redact.short(text)):
        assert not redact.UNSAFE.search(clean)


@given(url_like)
@settings(max_examples=200)
def test_no_query_value_of_any_url_is_left(text):
    values = re.findall(r"=([^&]*)", redact.url(f"http://h/?{text}").partition("?")[2])

    assert set(values) <= {"***"}
