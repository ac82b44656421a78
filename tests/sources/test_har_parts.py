import json

import msgspec
import pytest

from ddm.errors import UsageError
from ddm.sources.har_parts import FIELDS_MAX, Request, Response, decoded

LOCATION = [{"name": "LOCATION", "value": "/b"}]


def request(**changes):
    return decoded(json.dumps({"method": "GET", "url": "http://h/"} | changes).encode(), Request)


def response(answered=(), **changes):
    headers = [{"name": name, "value": value} for name, value in answered]
    return decoded(json.dumps({"status": 200, "headers": headers} | changes).encode(), Response)


def test_what_is_not_needed_may_have_any_shape():
    assert request(httpVersion=7, postData=[], cookies=[]).fields() == []


def test_a_part_of_another_shape_is_told_from_what_is_no_json():
    with pytest.raises(msgspec.ValidationError):
        decoded(b"null", Request)
    with pytest.raises(ValueError, match="Expecting"):
        decoded(b'{"method"}', Request)


def test_half_surrogates_are_read():
    assert request(url="\ud800", body="\udfff").url == "\ud800"


def test_fields_without_a_value_are_no_fields():
    fields = [{"name": "A", "value": None}, {"name": "B"}, {"name": "C", "value": "c"}]

    assert request(headers=fields).fields() == [("C", "c")]


def test_cookies_count_where_no_field_has_them():
    cookies = [{"name": "a", "value": "1"}, {"name": "b"}]

    assert request(cookies=cookies).fields() == [("Cookie", "a=1"), ("Cookie", "b=")]
    assert request(cookies=cookies, headers=[{"name": "COOKIE", "value": "c"}]).fields() == [
        ("COOKIE", "c")
    ]


@pytest.mark.parametrize("kind", ["headers", "cookies"])
def test_fields_have_a_bound(kind):
    with pytest.raises(UsageError):
        request(**{kind: [{"name": "a"}] * (FIELDS_MAX + 1)}).fields()


def test_a_location_is_one_of_a_redirect():
    assert response(status=200, redirectURL="/a").location is None
    assert response(status=302, redirectURL="/a", headers=LOCATION).location == "/a"
    assert response(status=302, redirectURL=None, headers=LOCATION).location == "/b"
    assert response(status=302, redirectURL="").location is None


@pytest.mark.parametrize(
    ("value", "attachment"),
    [("attachment", True), (" ATTACHMENT; filename=x", True), ("inline", False), ("", False)],
)
def test_an_attachment_is_what_the_server_calls_so(value, attachment):
    assert response([("content-disposition", value)]).attachment is attachment


def test_a_media_type_is_without_its_parameters():
    assert response(content={"mimeType": "Text/HTML; charset=x"}).content.media_type == "text/html"
    assert response().content.media_type == ""


@pytest.mark.parametrize(
    ("answered", "size", "size_bytes"),
    [
        ([], -1, 0),
        ([], 5, 5),
        ([], None, 0),
        ([("Content-Length", "900")], 5, 900),
        ([("Content-Length", "9"), ("Content-Range", "bytes 0-8/700")], 9, 700),
        ([("Content-Length", "many")], 5, 5),
        ([], 1e300, 1 << 62),
    ],
)
def test_the_size_is_the_most_that_the_entry_tells(answered, size, size_bytes):
    assert response(answered, content={"size": size}).size_bytes == size_bytes
