import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.errors import UsageError
from ddm.http.request import check_headers
from ddm.sources import har
from ddm.sources.har import Skipped
from ddm.sources.har_parts import FIELDS_MAX

JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
FIELD = st.fixed_dictionaries({"name": st.text(max_size=8) | JSON, "value": st.text() | JSON})
PARTS = {
    "method": st.just("GET") | JSON,
    "url": st.sampled_from(["http://h/a", "https://u:p@h/b", "ftp://h", "http://"]) | JSON,
    "headers": st.lists(FIELD, max_size=3) | JSON,
    "status": st.sampled_from([200, 302, 204]) | JSON,
    "redirectURL": st.sampled_from(["", "/b", "//x/y", "file:///etc"]) | JSON,
    "content": JSON,
}
PART = st.fixed_dictionaries({}, optional=PARTS)


def read(text):
    return har.read(io.BytesIO(text).read)


def error(text):
    with pytest.raises(UsageError) as caught:
        read(text)
    return str(caught.value)


@pytest.fixture
def only(entry, har_text):
    """What is made of one entry."""

    def made(*arguments, **options):
        archive = read(har_text(entry(*arguments, **options)))
        return archive.entries[0] if archive.entries else next(iter(archive.skipped))

    return made


def test_an_entry_is_what_may_be_fetched_again(only):
    found = only(
        "https://me:pw@Example.org/a/../b.iso?x=1#top",
        asked=[("User-Agent", "Mozilla"), ("Cookie", "a=1"), (":path", "/"), ("Host", "h")],
        answered=[("content-disposition", "Attachment; filename=x")],
        size=7,
        mime="Application/X-ISO; charset=x",
    )

    assert (found.url, found.userinfo, found.target) == (
        "https://example.org/b.iso?x=1",
        "me:pw",
        None,
    )
    assert (found.size_bytes, found.attachment, found.media_type) == (7, True, "application/x-iso")
    assert (found.harmless, found.secret) == ((("User-Agent", "Mozilla"),), (("Cookie", "a=1"),))
    assert "x=1" not in repr(found)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_goes_where_redirect_url_or_location_say(only, status):
    location = [("Location", "/c?x")]

    assert only("http://h/a/", status=status, redirect="b").target == "http://h/a/b"
    assert only("http://h/a/", status=status, answered=location).target == "http://h/c?x"
    assert only("http://h/a/", status=status) is Skipped.NO_ANSWER


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://h/", "http://h:99999/"])
def test_a_redirect_to_where_ddm_does_not_go_is_left_out(only, target):
    assert only("http://h/a", status=302, redirect=target) is Skipped.MALFORMED


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "get", ""])
def test_get_only(only, method):
    assert only("http://h/a", method=method) is Skipped.NOT_GET


@pytest.mark.parametrize(
    "url", ["data:text/plain,a", "blob:http://h/1", "file:///a", "ftp://h/a", ""]
)
def test_http_and_https_only(only, url):
    assert only(url) is Skipped.NOT_HTTP


@pytest.mark.parametrize("status", [0, 204, 205, 304, 404, 500, -1])
def test_answers_without_a_file_are_left_out(only, status):
    assert only("http://h/a", status=status) is Skipped.NO_ANSWER


@pytest.mark.parametrize(
    "asked",
    [
        [("X-A", "b\r\nX-C: d")],
        [("X A", "b")],
        [("X-A", "\ud800")],
        [(f"X-{number}", "a") for number in range(FIELDS_MAX + 1)],
    ],
)
def test_an_entry_with_malformed_fields_is_left_out(only, asked):
    assert only("http://h/a", asked=asked) is Skipped.MALFORMED


def test_an_entry_of_another_shape_is_left_out(entry, har_text):
    odd = [None, 7, [], "a", {}, {"request": None}, {"request": {"url": []}}]
    archive = read(har_text(*({"time": 1} | {"request": each} for each in odd), entry("http://h/")))

    assert (len(archive.entries), archive.skipped) == (1, {Skipped.MALFORMED: len(odd)})


def test_cookies_that_stand_on_their_own_become_a_field(only):
    cookies = [("a", "1"), ("b", "2")]

    assert only("http://h/", cookies=cookies).secret == (("Cookie", "a=1; b=2"),)
    assert only("http://h/", cookies=cookies, asked=[("cookie", "c=3")]).secret == (
        ("Cookie", "c=3"),
    )


def test_a_body_may_hold_half_surrogates_and_anything_else(only):
    assert only("http://h/a", text='\ud800 "}]{[\\ \x00').url == "http://h/a"


def test_a_part_that_is_too_large_is_left_out(only, monkeypatch):
    monkeypatch.setattr(har, "PART_BYTES_MAX", 300)

    assert only("http://h/a", asked=[("X-A", "a" * 300)]) is Skipped.MALFORMED


def test_entries_have_a_bound(entry, har_text, monkeypatch):
    monkeypatch.setattr(har, "ENTRIES_MAX", 2)

    assert "more than 2 entries; filter the list" in error(har_text(*[entry("http://h/")] * 3))


def test_what_is_kept_has_a_bound_and_equal_fields_count_once(entry, har_text, monkeypatch):
    monkeypatch.setattr(har, "KEPT_BYTES_MAX", 4000)
    same = [entry("http://h/", asked=[("Accept", "a" * 2000)])] * 10
    other = [entry("http://h/", asked=[("Accept", sign * 2000)]) for sign in "ab"]

    assert len(read(har_text(*same)).entries) == 10
    assert "too many to hold; filter" in error(har_text(*other))


def test_a_byte_order_mark_is_no_error(entry, har_text):
    assert len(read(b"\xef\xbb\xbf" + har_text(entry("http://h/"))).entries) == 1


@pytest.mark.parametrize("text", [b"{}", b'{"log": {}}', b'{"log": {"pages": []}}'])
def test_json_that_is_no_har_is_refused_with_the_way_out(text):
    assert error(text) == (
        'this is no HAR: there is no "log" with "entries" in it; '
        "save the list of the browser's network panel as HAR again"
    )


def test_broken_json_is_refused_with_the_byte(entry, har_text):
    text = har_text(entry("http://h/"))

    assert f"at byte {len(text) - 1} it ends in the middle" in error(text[:-1])
    bad = text.replace(b'"headers": []', b'"headers": [}', 1)
    assert "the wrong bracket is closed" in error(bad)
    odd = text.replace(b'"headers": []', b'"headers": [,]', 1)
    begins = text.index(b'{"time"')
    assert f"at byte {begins} begins an entry that is no JSON" in error(odd)


def test_a_second_log_or_list_counts_for_nothing(entry, har_text):
    one = har_text(entry("http://h/1"))
    two = har_text(entry("http://h/2"))
    archive = read(one[:-2] + b', "entries": 7}, "log": ' + two + b', "more": []}')

    assert [found.url for found in archive.entries] == ["http://h/1"]


@given(st.lists(st.fixed_dictionaries({"request": PART, "response": PART}), max_size=4))
@settings(max_examples=150, deadline=None)
def test_whatever_is_read_may_be_asked_for(entries):
    archive = read(json.dumps({"log": {"entries": entries}}).encode())

    assert len(archive.entries) + sum(archive.skipped.values()) == len(entries)
    for found in archive.entries:
        assert found.url.startswith(("http://", "https://"))
        check_headers((*found.harmless, *found.secret))
