import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.errors import UsageError
from ddm.http.request import check_headers
from ddm.sources.browser_headers import sort_out


def test_who_asks_and_from_where_is_harmless():
    fields = (
        ("User-Agent", "Mozilla/5.0"),
        ("referer", "https://h/"),
        ("Accept", "*/*"),
        ("Accept-Language", "en"),
        ("Origin", "https://h"),
    )

    assert sort_out(fields).harmless == fields


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "X-CSRF-Token", "api-key", "Odd"])
def test_all_that_is_not_known_may_be_a_secret(name):
    found = sort_out([(name, "s3cret")])

    assert (found.harmless, found.secret) == ((), ((name, "s3cret"),))
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    "name",
    [
        ":authority",
        "Host",
        "Connection",
        "Range",
        "If-Range",
        "If-None-Match",
        "Accept-Encoding",
        "Content-Length",
        "Content-Type",
        "Sec-Fetch-Mode",
        "Proxy-Authorization",
        "TE",
        "Transfer-Encoding",
        "Upgrade-Insecure-Requests",
        "Cache-Control",
    ],
)
def test_what_is_about_the_browsers_own_try_is_dropped(name):
    found = sort_out([(name, "x"), (name.upper(), "y")])

    assert (found.harmless, found.secret) == ((), ())


def test_several_cookies_become_one_field():
    assert sort_out([("cookie", "a=1"), ("X-A", "b"), ("Cookie", "c=2")]).secret == (
        ("X-A", "b"),
        ("Cookie", "a=1; c=2"),
    )


@pytest.mark.parametrize(
    "field", [("X-A", "a\r\nX-B: s3cret"), ("Bad name", "s3cret"), ("", "s3cret")]
)
def test_a_malformed_field_is_refused_without_its_value(field):
    with pytest.raises(UsageError) as caught:
        sort_out([field])

    assert "s3cret" not in str(caught.value)


@given(st.lists(st.tuples(st.text(), st.text())))
@settings(max_examples=200)
def test_what_is_left_is_always_something_that_may_be_sent(fields):
    try:
        found = sort_out(fields)
    except UsageError:
        return
    check_headers((*found.harmless, *found.secret))
