import pytest

from ddm.http.host import canonical_host


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com."),
        ("under_score.example", "under_score.example"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("1.2.3.4.", "1.2.3.4"),
        ("[::1]", "::1"),
        ("[2001:0DB8:0:0::1]", "2001:db8::1"),
        ("3com.example", "3com.example"),
    ],
)
def test_a_host_has_one_form(text, host):
    assert canonical_host(text) == host


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no host"),
        ("a b", "no valid name"),
        ("a..b", "no valid name"),
        (".a", "no valid name"),
        ("a%41", "no valid name"),
        ("a|b", "no valid name"),
        ("a" * 64, "no valid name"),
        ("a." * 130 + "b", "no valid name"),
        ("ü" * 64, "no valid international name"),
        ("a\u3000b", "no valid"),
        ("a\uff0fb", "no valid"),
        ("256.1.1.1", "no IPv4 address"),
        ("1.2.3.4.5", "no IPv4 address"),
        ("08.1.1.1", "no IPv4 address"),
        ("4294967296", "no IPv4 address"),
        ("0x", "no IPv4 address"),
        ("www.example.1", "no IPv4 address"),
        ("[::1", "no IPv6 address"),
        ("[1.2.3.4]", "no IPv6 address"),
        ("[fe80::1%25eth0]", "zone is not supported"),
    ],
)
def test_a_host_that_parsers_may_disagree_about_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        canonical_host(text)
