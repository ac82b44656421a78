import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.errors import UsageError
from ddm.http import url as urls
from ddm.http.request import check_headers
from ddm.sources import curl_command
from ddm.sources.curl_command import CurlCommand, parse
from ddm.spec import Route

CHROME_BASH = r"""curl 'https://example.org/files/a.iso?sig=x%20y' \
  -H 'accept: text/html,*/*;q=0.8' \
  -H 'accept-language: de,en;q=0.9' \
  -b 'sid=s3cret; theme=dark' \
  -H 'range: bytes=0-' \
  -H 'sec-ch-ua: "Chromium";v="156", "Not:A-Brand";v="8"' \
  -H 'sec-fetch-mode: navigate' \
  -H $'x-note: it\'s caf\u00e9 \u0021' \
  -H 'upgrade-insecure-requests: 1' \
  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64)' \
  --compressed
"""
CHROME_CMD = """curl ^"https://example.org/files/a.iso?sig=x^%^20y^" ^\r
  -H ^"accept: text/html,*/*;q=0.8^" ^\r
  -H ^"accept-language: de,en;q=0.9^" ^\r
  -b ^"sid=s3cret; theme=dark^" ^\r
  -H ^"range: bytes=0-^" ^\r
  -H ^"sec-ch-ua: ^\\^"Chromium^\\^";v=^\\^"156^\\^", ^\\^"Not:A-Brand^\\^";v=^\\^"8^\\^"^" ^\r
  -H ^"sec-fetch-mode: navigate^" ^\r
  -H ^"x-note: it's caf\u00e9 ^!^" ^\r
  -H ^"upgrade-insecure-requests: 1^" ^\r
  -H ^"user-agent: Mozilla/5.0 (X11; Linux x86_64)^" ^\r
  --compressed
"""
FIREFOX_BASH = (
    "curl 'https://example.org/files/a.iso?sig=x%20y' --compressed"
    " -H 'User-Agent: Mozilla/5.0 (X11; Linux x86_64)' -H 'Accept-Encoding: gzip, deflate, br, zstd'"
    " -H 'Connection: keep-alive' -H 'Cookie: sid=s3cret' -H 'TE: trailers'"
)
WORDS = st.sampled_from(
    [
        "curl",
        "'http://h/a'",
        "http://h/b",
        "-H",
        "'A: b'",
        "-b",
        "a=b",
        "-sSLk",
        "-o",
        "x",
        "-u",
        "u:p",
        "-x",
        "h:1",
        "--",
        "-X",
        "GET",
        "^",
        '"',
        "\\\n",
        "$'\\u00e9'",
        "--compressed",
        "-d",
    ]
)


def refused(text):
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert "s3cret" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("text", [CHROME_BASH, CHROME_CMD])
def test_what_chrome_copies(text):
    assert parse(text) == CurlCommand(
        url="https://example.org/files/a.iso?sig=x%20y",
        headers=(
            ("accept", "text/html,*/*;q=0.8"),
            ("accept-language", "de,en;q=0.9"),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"),
            ("x-note", "it's caf\u00e9 !"),
            ("Cookie", "sid=s3cret; theme=dark"),
        ),
    )


def test_what_firefox_copies():
    found = parse(FIREFOX_BASH)

    assert found.headers == (
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"),
        ("Cookie", "sid=s3cret"),
    )
    assert "s3cret" not in repr(found)
    assert "x%20y" not in repr(found)


def test_everything_that_can_be_honoured(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = parse(
        "curl -sSLkO -o old.iso --output=new.iso -A me -e 'http://page/;auto' -u 'u:p w' -X GET"
        " -x proxy:3128 --cacert ca.pem --retry 5 -m10 -Hx-a:1 --no-progress-meter -- http://h/a"
    )

    assert found.url == "http://h/a"
    assert found.name == "new.iso"
    assert found.route == Route("http://proxy:3128", str(tmp_path / "ca.pem"), insecure=True)
    assert found.headers == (
        ("User-Agent", "me"),
        ("Referer", "http://page/"),
        ("x-a", "1"),
        ("Authorization", "Basic dTpwIHc="),
    )


def test_a_header_goes_before_the_option_that_says_the_same():
    found = parse("curl http://h/ -A one -H 'user-agent: two' --oauth2-bearer t0ken")

    assert found.headers == (("user-agent", "two"), ("Authorization", "Bearer t0ken"))


def test_headers_without_a_value():
    assert parse("curl http://h/ -H 'Accept:' -H 'X-Empty;'").headers == (("X-Empty", ""),)


def test_cookies_and_a_cookie_field_become_one():
    assert parse("curl http://h/ -b a=1 -b b=2 -H 'cookie: c=3'").headers == (
        ("Cookie", "c=3; a=1; b=2"),
    )


def test_output_to_stdout_is_no_name():
    assert parse("curl http://h/ -o -").name is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wget http://h/",
        "http://h/",
        "Invoke-WebRequest s3cret",
        "$session = New-Object Some.Session",
        "fetch('http://h/', {'method': 'GET'});",
        "curly http://h/",
    ],
)
def test_what_is_no_curl_command_is_refused(text):
    assert refused(text).startswith('this does not begin with "curl"')


@pytest.mark.parametrize(
    "option",
    ["-d s3cret", "--data-raw=s3cret", "-F a=s3cret", "-T s3cret", "--json s3cret", "-X POST"],
)
def test_get_only(option):
    assert "DDM sends GET only" in refused(f"curl http://h/ {option}")


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--s3-sse s3", "curl's --s3-sse is not known"),
        ("-Qs3cret", "curl's -Q is not known"),
        ("--s=s3cret", "curl's --s is not known"),
        ("-sSr 0-9", "curl's --range cannot be honoured: DDM fetches whole files"),
        ("--digest", "curl's --digest cannot be honoured: DDM knows basic authorization only"),
        ("-b s3cret.txt", "curl's --cookie cannot be honoured: DDM reads no files of cookies"),
        ("-H @s3cret", "curl's --header cannot be honoured: DDM reads no headers from a file"),
        ("-H s3cret", "a header of the curl command has no colon"),
        ("-H", "curl's --header has no value"),
        ("-H 'A: s3cret\n'", "the value of the header A holds a line break"),
        ("-u s3cret", "curl's --user has to be NAME:PASSWORD"),
        ("-o a/b", "give the directory with -d"),
        ("-x s3cret://h", "a proxy's URL has to begin with"),
        ("http://h/b", "the curl command has 2 URLs"),
    ],
)
def test_what_cannot_be_honoured_is_named(option, name):
    assert name in refused(f"curl http://h/a {option}")


def test_a_url_is_needed_and_of_http():
    assert "has 0 URLs" in refused("curl -s")
    assert "has to begin with http:// or https://" in refused("curl ftp://me:s3cret@h/a")


def test_a_stream_is_read_up_to_a_bound(monkeypatch):
    assert curl_command.read(io.BytesIO(b"\xef\xbb\xbfcurl http://h/a")).url == "http://h/a"

    with pytest.raises(UsageError, match="not UTF-8"):
        curl_command.read(io.BytesIO(b"curl \xff"))
    monkeypatch.setattr(curl_command, "COMMAND_BYTES_MAX", 10)
    with pytest.raises(UsageError, match="longer than 10 bytes"):
        curl_command.read(io.BytesIO(b"curl http://h/a"))


@given(st.lists(WORDS | st.text(max_size=5), max_size=12).map(" ".join) | st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_command_that_may_be_sent_or_refused(text):
    for tried in (text, f"curl {text}", f'curl ^"{text}'):
        try:
            found = parse(tried)
        except UsageError:
            continue
        urls.parse(found.url)
        check_headers(found.headers)
