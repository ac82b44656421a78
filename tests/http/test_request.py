import pytest

from ddm.byteranges import ByteRange
from ddm.errors import UsageError
from ddm.http.representation import Representation
from ddm.http.request import Request, build, check_headers
from ddm.http.url import parse

ORIGINAL = parse("https://example.com/file")
MONDAY = "Mon, 05 Jan 2026 00:00:00 GMT"
SECRETS = (("Cookie", "s=1"), ("X-Api-Key", "k"), ("Authorization", "Bearer t"))


def _build(url=ORIGINAL, *, original=ORIGINAL, headers=(), asked=None, if_range=None, unless=None):
    return build(
        url,
        original=original,
        headers=headers,
        range=asked,
        if_range=if_range,
        user_agent="ddm/1",
        unless=unless,
    )


def test_a_plain_request_says_who_asks_and_wants_the_bytes_uncoded():
    assert _build() == Request(
        "https://example.com/file",
        (("Accept", "*/*"), ("User-Agent", "ddm/1"), ("Accept-Encoding", "identity")),
    )


def test_a_range_is_asked_for_with_its_validator():
    fields = _build(asked=ByteRange(10, 20), if_range='"a"').headers

    assert fields[-2:] == (("Range", "bytes=10-19"), ("If-Range", '"a"'))


def test_if_range_is_not_sent_without_a_range():
    assert "If-Range" not in dict(_build(if_range='"a"').headers)


@pytest.mark.parametrize(
    ("etag", "condition"),
    [
        ('"a"', ("If-None-Match", '"a"')),
        ('W/"a"', ("If-None-Match", 'W/"a"')),
        (None, ("If-Modified-Since", MONDAY)),
    ],
)
def test_what_is_there_already_is_asked_for_once_and_by_its_etag_first(etag, condition):
    plain, known = _build(asked=ByteRange(0, 9)), Representation(100, etag, MONDAY)

    asking = _build(asked=ByteRange(0, 9), unless=known)

    assert asking.headers == (*plain.headers, condition)


def test_what_has_no_validator_is_asked_for_plainly():
    assert _build(unless=Representation(100)) == _build()


def test_the_digest_of_the_whole_is_asked_for_of_any_origin():
    other = parse("https://cdn.example/file")
    wanted = ("Want-Repr-Digest", "sha-256=10, sha-512=9")

    for url in (ORIGINAL, other):
        request = build(
            url,
            original=ORIGINAL,
            headers=SECRETS,
            range=None,
            if_range=None,
            user_agent="ddm/1",
            want_digest=True,
        )
        assert wanted in request.headers


def test_the_original_origin_sees_all_that_the_user_gave():
    fields = _build(parse("https://EXAMPLE.com:443/other"), headers=SECRETS).headers

    assert set(SECRETS) <= set(fields)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/file",
        "https://example.com:8443/file",
        "https://www.example.com/file",
        "https://example.com./file",
    ],
)
def test_another_origin_sees_nothing_that_the_user_gave_but_who_asks(url):
    original = parse("https://user:pass@example.com/file")

    request = _build(parse(url), original=original, headers=(*SECRETS, ("User-Agent", "mine")))

    assert request == Request(
        url, (("Accept", "*/*"), ("User-Agent", "mine"), ("Accept-Encoding", "identity"))
    )


@pytest.mark.parametrize(
    ("userinfo", "value"),
    [
        ("user:pass", "Basic dXNlcjpwYXNz"),
        ("user", "Basic dXNlcjo="),
        ("us%65r:p%61ss", "Basic dXNlcjpwYXNz"),
        ("user:%C3%BC", "Basic dXNlcjrDvA=="),
        ("user:a:b", "Basic dXNlcjphOmI="),
    ],
)
def test_userinfo_becomes_basic_authorization_and_leaves_the_url(userinfo, value):
    original = parse(f"https://{userinfo}@example.com/file")

    request = _build(original, original=original)

    assert request.url == "https://example.com/file"
    assert dict(request.headers)["Authorization"] == value


def test_the_users_own_fields_replace_those_of_ddm():
    original = parse("https://user:pass@example.com/file")
    mine = (("user-agent", "mine"), ("ACCEPT", "text/html"), ("authorization", "Bearer t"))

    assert _build(original, original=original, headers=mine).headers == (
        *mine,
        ("Accept-Encoding", "identity"),
    )


def test_a_field_may_be_given_twice():
    twice = (("X-A", "1"), ("X-A", "2"))

    assert _build(headers=twice).headers[2:4] == twice


@pytest.mark.parametrize(
    "name",
    [
        "Range",
        "if-range",
        "If-None-Match",
        "if-modified-since",
        "If-Match",
        "If-Unmodified-Since",
        "Accept-Encoding",
        "HOST",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
    ],
)
def test_fields_that_are_the_business_of_ddm_are_refused(name):
    with pytest.raises(UsageError, match=f"the header {name} is set by DDM itself"):
        check_headers([("X-Fine", "1"), (name, "1")])


def test_what_is_for_a_proxy_is_not_sent_to_servers():
    with pytest.raises(UsageError, match="use --proxy"):
        check_headers([("Proxy-Authorization", "Basic x")])


def test_a_malformed_field_is_refused():
    with pytest.raises(UsageError, match="line break"):
        check_headers([("X-A", "1\r\nX-B: 2")])


def test_other_fields_of_the_user_are_let_through():
    check_headers((*SECRETS, ("User-Agent", "mine"), ("Accept", "*/*"), ("Referer", "http://a/")))
