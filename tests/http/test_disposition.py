import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm import redact
from ddm.errors import UsageError
from ddm.http.disposition import check_asked_name, choose_name
from ddm.http.url import parse

URL = parse("http://h/from-url.bin")
NAMELESS = parse("http://h/")

nasty = st.text(st.sampled_from("aé.\u0301\"\\/;=%'* -\x00\x1b\u202eCON文\udc80"), max_size=300)
fields = (
    st.text(max_size=60)
    | nasty.map('attachment; filename="{}"'.format)
    | nasty.map("attachment; filename*=UTF-8''{}".format)
)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ('attachment; filename="a b.txt"', "a b.txt"),
        ("attachment; filename=a.txt", "a.txt"),
        ("attachment; filename=a b.txt", "a b.txt"),
        ("attachment; filename=a.txt;", "a.txt"),
        ('attachment ; FileName = "a.txt" ; size=3', "a.txt"),
        ('attachment; filename="a;b.txt"', "a;b.txt"),
        (r'attachment; filename="a\"b\c.txt"', 'a"bc.txt'),
        ('attachment; filename="a.txt', "a.txt"),
        ('filename="a.txt"', "a.txt"),
        ('attachment; filename="a.txt"; filename="b.txt"', "a.txt"),
        ("attachment; filename*=UTF-8''%e2%82%ac.txt", "€.txt"),
        ("attachment; filename*=utf-8'en'a.txt", "a.txt"),
        ("attachment; filename*=iso-8859-1''%A3.txt", "£.txt"),
        ("attachment; filename*=\"UTF-8''a.txt\"", "a.txt"),
        ("attachment; filename=a.txt; filename*=UTF-8''b.txt", "b.txt"),
        ("attachment; filename*=UTF-8''b.txt; filename=a.txt", "b.txt"),
        ("attachment; filename=a.txt; filename*=UTF-8''%ff.txt", "a.txt"),
        ("attachment; filename=a.txt; filename*=KOI8-R''b.txt", "a.txt"),
        ("attachment; filename=a.txt; filename*=b.txt", "a.txt"),
        ('attachment; filename="ü.txt"'.encode().decode("latin-1"), "ü.txt"),
        ('attachment; filename="ü.txt"', "ü.txt"),
        ('attachment; filename="a%20b.txt"', "a%20b.txt"),
    ],
)
def test_content_disposition_names_the_file(field, name):
    assert choose_name(None, field, URL) == name


@pytest.mark.parametrize(
    "field",
    [None, "", "inline", "attachment; filename=", 'attachment; filename="../"', "attachment; x=y"],
)
def test_without_a_name_in_it_the_url_names_the_file(field):
    assert choose_name(None, field, URL) == "from-url.bin"


def test_without_any_name_it_is_a_download():
    assert choose_name(None, None, NAMELESS) == "download"


def test_the_users_name_is_taken_as_it_is():
    assert choose_name(".bashrc", "attachment; filename=a", URL) == ".bashrc"


@pytest.mark.parametrize(
    ("wished", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..%5C..%5Cx.exe", "x.exe"),
        ("..%2F..%2Fx.exe", "x.exe"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("%20.%20-a", "a"),
        ("%C2%A0.a", "a"),
        ("a.txt%20.%20", "a.txt"),
        ("..", "download"),
        ("a%0Ab%00c%1B%C2%9B.txt", "abc.txt"),
        ("evil%E2%80%AEtxt.exe", "eviltxt.exe"),
        ("zero%E2%80%8Bwidth%EF%BB%BF", "zerowidth"),
        ("e%CC%81.txt", "é.txt"),
        ("CON", "_CON"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("console.txt", "console.txt"),
        ("x" * 300, "x" * 244),
        ("x" * 300 + ".tar.xz", "x" * 241 + ".xz"),
        ("x." + "y" * 300, "x." + "y" * 242),
        ("%C3%BC" * 200 + ".txt", "ü" * 120 + ".txt"),
        ("x" + "%C3%BC" * 200 + ".txt", "x" + "ü" * 119 + ".txt"),
    ],
)
def test_a_strangers_name_is_made_safe(wished, name):
    field = f"attachment; filename*=UTF-8''{wished}"

    assert choose_name(None, field, NAMELESS) == name


def test_the_name_out_of_the_url_is_made_safe_too():
    assert choose_name(None, None, parse("http://h/a/..%2F.profile?x=/y")) == "profile"


def test_a_name_of_nothing_but_combining_marks_takes_no_time():
    name = choose_name(None, "filename=" + "\u0301\u0316" * 100_000, URL)

    assert len(name.encode()) <= 244


@given(fields)
@settings(max_examples=200)
def test_any_name_is_one_safe_component(field):
    name = choose_name(None, field, NAMELESS)

    assert 0 < len(name.encode()) <= 244
    assert not set(name) & set("/\\")
    assert not redact.UNSAFE.search(name)
    assert name[0] not in " .-"
    assert name[-1] not in " ."
    assert unicodedata.is_normalized("NFC", name)


@given(nasty)
@settings(max_examples=100)
def test_a_safe_name_stays_as_it_is(wished):
    name = choose_name(None, f'filename="{wished}"', NAMELESS)

    assert choose_name(None, f"filename*=UTF-8''{quote(name)}", NAMELESS) == name


@pytest.mark.parametrize("name", ["a.txt", ".bashrc", "-x", "a\\b", "CON", "文件", "x" * 250])
def test_a_users_name_may_be_what_a_strangers_may_not(name):
    assert check_asked_name(name) == name


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("", "no name for a file"),
        (".", "no name for a file"),
        ("..", "no name for a file"),
        ("a/b", "give the directory with -d"),
        ("a\x00", "control character"),
        ("a\nb", "control character"),
        ("\udc80", "not valid UTF-8"),
        ("x" * 251, "longer than 250 bytes"),
        ("ü" * 126, "longer than 250 bytes"),
    ],
)
def test_a_users_name_that_cannot_be_created_is_refused(name, complaint):
    with pytest.raises(UsageError, match=complaint):
        check_asked_name(name)
