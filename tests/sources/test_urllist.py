import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm import redact
from ddm.errors import UsageError
from ddm.sources.urllist import (
    ENTRIES_MAX,
    LINE_BYTES_MAX,
    MIRRORS_MAX,
    OPTIONS_MAX,
    Entry,
    entries,
)
from ddm.sources.urllist_options import KEYS


def _entries(text):
    lines = (text if isinstance(text, bytes) else text.encode()).splitlines(keepends=True)
    return list(entries(lines, "list.txt"))


def _only(*options):
    (entry,) = _entries("\n ".join(["http://h/a", *options]))
    return entry


def test_every_line_is_a_file():
    assert _entries("http://h/a\nhttp://h/b\n") == [Entry(1, "http://h/a"), Entry(2, "http://h/b")]


def test_comments_blank_lines_and_a_byte_order_mark_are_skipped():
    text = "\ufeff# first\r\nhttp://h/a\r\n\r\n   \n  # more\n http://h/b"

    assert [(entry.line, entry.url) for entry in _entries(text)] == [
        (2, "http://h/a"),
        (6, "http://h/b"),
    ]


def test_a_comment_between_a_url_and_its_options_is_no_end():
    assert _entries("http://h/a\n# its name\n out=b\n")[0].name == "b"


def test_tabs_separate_mirrors_of_which_each_counts_once():
    (entry,) = _entries("http://h/a\thttps://m/a\t\thttp://h/a\thttps://n/a\t\n")

    assert (entry.url, entry.mirrors) == ("http://h/a", ("https://m/a", "https://n/a"))


def test_options_are_of_the_url_above_them():
    first, second = _entries("http://h/a\n  out=one\n\tdir=/files\nhttp://h/b\n out=two\n")

    assert (first.name, first.directory) == ("one", "/files")
    assert (second.name, second.directory) == ("two", None)


@pytest.mark.parametrize("key", ["http://h/a?b=c", "  http://h/a?b=c", "\tHTTPS://h/a?b=c"])
def test_a_url_is_never_taken_for_an_option(key):
    assert _entries(key)[0].url == key.strip()


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("http://h/a\nnope", 2, "http"),
        ("http://h/a\thttp://h:x/", 1, "http"),
        ("\n out=a\nhttp://h/a", 2, "the URL stands above its options"),
        ("http://h/a\n\n out=a\n out=b", 4, "stands in line 3 already"),
        ("http://h/a\n http-passwd=x\n out=b", 1, "give that too"),
        (b"http://h/a\n\xff", 2, "not UTF-8"),
        ("http://h/a\nhttp://h/" + "b" * LINE_BYTES_MAX, 2, "longer than 128 KiB"),
        ("http://h/a" + "\thttp://h/%d" * (MIRRORS_MAX + 1) % (*range(MIRRORS_MAX + 1),), 1, "mirrors"),
        ("http://h/a" + "\n header=a: b" * (OPTIONS_MAX + 1), OPTIONS_MAX + 2, "options at most"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_named_with_its_line(text, line, why):
    with pytest.raises(UsageError) as caught:
        _entries(text)

    said = str(caught.value)
    assert said.startswith(f"list.txt, line {line}: ")
    assert why in said


@pytest.mark.parametrize(
    "text",
    [
        "http://h/a\n header=Cookie: secret\x01",
        "http://h/a\n http-user=secret\x01",
        "http://me:secret@h:port/a",
        "http://h/a\n all-proxy=http://me:secret@p:port",
    ],
)
def test_no_secret_is_in_a_message(text):
    with pytest.raises(UsageError) as caught:
        _entries(text)

    assert "secret" not in str(caught.value)


def test_no_secret_is_in_an_entry_s_repr():
    assert "secret" not in repr(_only("header=Cookie: secret", "all-proxy=http://me:secret@p"))


def test_a_list_has_an_end():
    lines = (b"http://h/a" for _ in range(ENTRIES_MAX + 1))
    found = entries(lines, "list.txt")

    with pytest.raises(UsageError, match=f"line {ENTRIES_MAX + 1}: a list holds"):
        for _ in found:
            pass


@settings(max_examples=200)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore"))
)
def test_whatever_a_list_holds_it_is_read_or_refused_in_one_sentence(content):
    try:
        found = _entries(content)
    except UsageError as error:
        said = str(error)
    else:
        said = "list.txt, line 0"
        assert all(entry.url for entry in found)
    assert said.startswith("list.txt, line ")
    assert redact.text(said) == said


_OPTION = st.sampled_from(KEYS).flatmap(
    lambda key: st.text(max_size=12).map(lambda value: f"  {key}={value}")
)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["http://h/a", "http://h/b\thttp://m/b", "# c", ""]) | _OPTION))
def test_the_same_files_come_out_whatever_their_options(lines):
    urls = [line.partition("\t")[0] for line in lines if line.startswith("http")]
    try:
        found = list(entries([line.encode("utf-8", "replace") for line in lines], "list.txt"))
    except UsageError:
        return

    assert [entry.url for entry in found] == urls
