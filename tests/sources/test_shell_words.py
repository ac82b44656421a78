import contextlib
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.errors import UsageError
from ddm.sources.shell_words import split


def bash_copied(text):
    """A word as Chrome writes it for bash."""
    if all(" " <= sign <= "~" and sign not in "!'" for sign in text):
        return f"'{text}'"
    named = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r"}
    units = text.encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
    signs = [
        named.get(chr(code), chr(code) if 32 <= code < 127 and code != 33 else f"\\u{code:04x}")
        for code in codes
    ]
    return f"$'{''.join(signs)}'"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
@settings(max_examples=200)
def test_what_a_browser_quotes_comes_back(words):
    assert split(" \\\n  ".join(map(bash_copied, words))) == words


@given(st.lists(st.text()))
@settings(max_examples=150)
def test_what_python_quotes_comes_back(words):
    assert split(shlex.join(words)) == words


@given(st.text())
@settings(max_examples=200)
def test_any_text_is_split_or_refused(text):
    with contextlib.suppress(UsageError):
        split(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("a b\t c\n", ["a", "b", "c"]),
        ("a'b c'd", ["ab cd"]),
        ("''", [""]),
        (r'"a\"b\\c\d"', [r'a"b\c\d']),
        ('"a\\\nb"', ["ab"]),
        ("a\\\nb", ["ab"]),
        ("a \\\r\n b", ["a", "b"]),
        (r"a\ b\'", ["a b'"]),
        (r"$'\x41\101\u00e9\U0001F600\ud83d\ude00\n\q\''", ["AA\u00e9\U0001f600\U0001f600\n\\q'"]),
        ('"100$ is #1"', ["100$ is #1"]),
        ("a#b", ["a#b"]),
        (r'"\$HOME"', ["$HOME"]),
    ],
)
def test_words_are_what_a_shell_makes_of_them(text, words):
    assert split(text) == words


@pytest.mark.parametrize("text", ["'s3cret", '"s3cret', "$'s3cret", "s3cret\\"])
def test_an_open_quote_is_refused(text):
    with pytest.raises(UsageError, match="never closed") as caught:
        split(text)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("text", ["$HOME", "`id`", "$(id)", '"$HOME"', '"`id`"', '"${a}"', '$"a"'])
def test_what_a_shell_would_replace_is_refused(text):
    with pytest.raises(UsageError, match="a shell would replace"):
        split(text)


@pytest.mark.parametrize("sign", ";&|<>()")
def test_what_a_shell_would_act_on_is_refused(sign):
    with pytest.raises(UsageError) as caught:
        split(f"curl http://h/{sign}x")
    assert f'there is a "{sign}" outside of quotes' in str(caught.value)


def test_an_escape_that_is_no_character_is_refused():
    with pytest.raises(UsageError, match="no character"):
        split(r"$'\UFFFFFFFF'")
