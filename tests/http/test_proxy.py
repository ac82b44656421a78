import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.errors import UsageError
from ddm.http.proxy import check_proxy


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://127.0.0.1:3128",
        "https://proxy.example",
        "socks4://proxy.example:1080/",
        "SOCKS4A://proxy.example",
        "socks5://me:pass%2Fword@[::1]:1080",
        "socks5h://me@proxy.example",
    ],
)
def test_a_proxy_is_taken_as_it_was_written(text):
    assert check_proxy(text) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("proxy.example:3128", "has to begin with http://, "),
        ("ftp://me:secret@proxy.example", "has to begin with"),
        ("socks://proxy.example", "or socks5h://"),
        ("http://me:secret@", "it has no host"),
        ("http://me:secret@proxy.example:99999", "its port"),
        ("http://me:sec/secret@proxy.example", "its port"),
        ("http://me:1/secret@proxy.example", "ends after its host and port"),
        ("http://me:secret@proxy.example/path", "ends after its host and port"),
        ("http://me:secret@proxy.example?a", "ends after its host and port"),
        ("http://me:sec@ret@proxy.example", "%40"),
        ("http://me:secreté@proxy.example", "outside of ASCII"),
        ("http://me:secret @proxy.example", "a space"),
        ("http://me:secret@proxy.example\r\nX: 1", "control character"),
        ("http://me:secret%0d%0aX@proxy.example", "control character"),
        ("http://me:secret%00@proxy.example", "control character"),
    ],
)
def test_anything_else_is_refused_without_its_password(text, why):
    with pytest.raises(UsageError, match=why) as caught:
        check_proxy(text)

    assert "secret" not in str(caught.value)


@settings(max_examples=150)
@given(st.text(max_size=20), st.text(max_size=20))
def test_what_is_taken_has_no_room_for_another_line(user, host):
    try:
        found = check_proxy(f"http://{user}@{host}")
    except UsageError:
        return

    assert found.isascii()
    assert found.isprintable()
