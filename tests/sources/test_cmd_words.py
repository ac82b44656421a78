import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.errors import UsageError
from ddm.sources.cmd_words import split


def cmd_copied(text):
    """A word as Chrome writes it for cmd.exe."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    text = re.sub(r"[^a-zA-Z0-9\s_\-:=+~'/.',?;()*`]", r"^\g<0>", text)
    text = re.sub(r"%(?=[a-zA-Z0-9_])", "%^", text)
    text = re.sub(r"\r?\n|\r", "^\n\n", text)
    return f'^"{text}^"'


@given(st.lists(st.text(st.characters(exclude_characters="\r"))))
@settings(max_examples=200)
def test_what_a_browser_quotes_comes_back(words):
    assert split(" ^\n  ".join(map(cmd_copied, words))) == words


@given(st.text('^"\\&ab \n'))
@settings(max_examples=200)
def test_any_text_is_split_or_refused(text):
    with contextlib.suppress(UsageError):
        split(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'curl "http://h/?a=1&b=2" ^\r\n  -H "a: b^c"',
            ["curl", "http://h/?a=1&b=2", "-H", "a: b^c"],
        ),
        ('"a ""b"" c" ""', ['a "b" c', ""]),
        (r'"\"a\" \\ \d"', [r'"a" \ \d']),
        (r"C:\a \"b", [r"C:\a", '"b']),
        ("a^&b", ["a&b"]),
        ("a^", ["a"]),
    ],
)
def test_words_are_what_windows_makes_of_them(text, words):
    assert split(text) == words


@pytest.mark.parametrize("sign", "&|<>")
def test_what_cmd_would_act_on_is_refused(sign):
    with pytest.raises(UsageError, match="outside of quotes"):
        split(f"curl a {sign} curl b")


def test_an_open_quote_is_refused():
    with pytest.raises(UsageError, match="never closed") as caught:
        split('curl "s3cret')
    assert "s3cret" not in str(caught.value)
