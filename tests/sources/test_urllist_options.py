import pytest

from ddm.errors import UsageError
from ddm.sources.urllist_options import KEYS, Options
from ddm.spec import Checksum

SHA256 = "a1" * 32


def _only(*lines):
    """What these lines say, the first one in line 2."""
    options = Options()
    for number, line in enumerate(lines, 2):
        options.take(number, line)
    options.check_credentials()
    return options


@pytest.mark.parametrize(
    "text", [f"sha-256={SHA256}", f"sha-256:{SHA256.upper()}", f"SHA256={SHA256}"]
)
def test_a_checksum_as_aria2_writes_it_and_as_ddm_does(text):
    assert _only(f"checksum={text}").checksums == [Checksum("sha-256", SHA256)]


def test_header_fields_in_the_order_given():
    options = _only("header=X-Key:  1 ", "referer=http://h/", "header=X-Key: 2", "user-agent=me/1")

    assert options.headers == [
        ("X-Key", "1"),
        ("Referer", "http://h/"),
        ("X-Key", "2"),
        ("User-Agent", "me/1"),
    ]


def test_a_name_and_a_password_become_authorization():
    assert _only("http-user=me", "http-passwd=a:b").headers == [("Authorization", "Basic bWU6YTpi")]
    assert _only("http-user=me").headers == [("Authorization", "Basic bWU6")]


def test_the_smallest_number_of_connections_counts():
    assert _only("split=8", "max-connection-per-server=2").max_segments == 2
    assert _only("max-segments=128").max_segments == 128
    assert _only("SPLIT = 8").max_segments == 8


@pytest.mark.parametrize(("text", "truth"), [("true", True), ("false", False), ("TRUE", True)])
def test_allow_overwrite(text, truth):
    assert _only(f"allow-overwrite={text}").overwrite is truth


def test_a_proxy_or_none_at_all():
    assert _only("all-proxy=http://p:1").proxy == "http://p:1"
    assert _only("all-proxy=").proxy == ""


def test_aria2_s_own_number_is_passed_over():
    assert _only("gid=2089b05ecca3d829") == Options()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("out", "KEY=VALUE"),
        ("out=", "out has no value"),
        ("out=a/b", "with dir="),
        ("out=..", "no name for a file"),
        ("dri=x", "did you mean dir?"),
        ("zzzz=x", "DDM knows all-proxy"),
        ("dir=\x01", "control character"),
        ("checksum=sha-256:12", "64 hexadecimal digits"),
        ("header=X", "with a colon"),
        ("header=Range: bytes=0-", "set by DDM itself"),
        ("split=0", "1 to 512"),
        ("split=513", "1 to 512"),
        ("split=" + "9" * 9999, "1 to 512"),
        ("allow-overwrite=yes", "true or false"),
        ("all-proxy=ftp://p", "proxy's URL"),
        ("http-passwd=x", "give that too"),
        ("http-user=a:b", "colon"),
        ("http-user=a\x01", "control character"),
    ],
)
def test_what_makes_no_sense_is_refused(line, why):
    with pytest.raises(UsageError) as caught:
        _only(line)

    assert why in str(caught.value)


@pytest.mark.parametrize(
    "lines",
    [
        ("out=a", "out=b"),
        ("referer=b", "header=referer: c"),
        ("http-user=a", "header=Authorization: c"),
    ],
)
def test_what_contradicts_itself_is_refused(lines):
    with pytest.raises(UsageError):
        _only(*lines)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_a_meaning(key):
    texts = {
        "checksum": f"md5:{'a' * 32}",
        "header": "A: b",
        "allow-overwrite": "true",
        "all-proxy": "",
    }
    lines = [f"{key}={texts.get(key, '7')}"]
    if key == "http-passwd":
        lines.append("http-user=me")

    assert _only(*lines) != _only(*lines[1:])
    assert _only(*lines).seen[key] == 2


def test_no_secret_is_in_the_repr():
    assert "secret" not in repr(_only("header=Cookie: secret", "http-user=secret"))


@pytest.mark.parametrize(("text", "expected"), [("100", 100), ("-100", -100), ("0", 0), ("007", 7)])
def test_a_priority_may_be_below_zero(text, expected):
    assert _only(f"priority={text}").priority == expected


@pytest.mark.parametrize("text", ["101", "-101", "+1", "1.5", "-", "--1", "²", "9" * 5000])
def test_what_is_no_priority_is_refused(text):
    with pytest.raises(UsageError, match="priority is a number, -100 to 100"):
        _only(f"priority={text}")


@pytest.mark.parametrize(("text", "rate"), [("0", 0), ("500K", 500 << 10), ("5M", 5 << 20)])
def test_a_limit_of_speed_as_aria2_writes_it(text, rate):
    assert _only(f"max-download-limit={text}").max_bytes_per_sec == rate


@pytest.mark.parametrize("text", ["fast", "-1", "1.5M", "9T", "9" * 5000])
def test_what_is_no_speed_is_refused(text):
    with pytest.raises(UsageError, match="max-download-limit is a number of bytes per second"):
        _only(f"max-download-limit={text}")
