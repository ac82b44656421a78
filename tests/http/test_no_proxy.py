import pytest

from ddm.http.no_proxy import exempts


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("*", "anything"),
        ("example.org", "example.org"),
        ("example.org", "www.example.org"),
        (".example.org", "example.org"),
        ("EXAMPLE.org.", "www.example.org."),
        ("a, example.org\t,b", "example.org"),
        (",,example.org", "example.org"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.0.0/16", "10.1.2.3"),
        ("10.1.9.9/16", "10.1.2.3"),
        ("10.1.2.3/0", "10.1.2.3"),
        ("fd00::/8", "fd12::1"),
        ("FD00::0:1", "fd00::1"),
    ],
)
def test_a_host_on_the_list_has_no_proxy(no_proxy, host):
    assert exempts(no_proxy, host)


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("", "example.org"),
        (".", "example.org"),
        ("*,a", "example.org"),
        ("*.example.org", "www.example.org"),
        ("example.org", "notexample.org"),
        ("www.example.org", "example.org"),
        ("example.org:80", "example.org"),
        # What follows a second word is not read any more.
        ("a b,example.org", "example.org"),
        ("10.0.0.0/8", "11.0.0.1"),
        ("0.0.0.0/0", "10.1.2.3"),
        ("10.1.2.3/33", "10.1.2.3"),
        ("10.1.2.3/", "10.1.2.3"),
        ("10.1.2.3/a", "10.1.2.3"),
        ("10.1", "10.1.0.0"),
        ("[fd00::1]", "fd00::1"),
        ("fd00::/129", "fd00::1"),
        ("10.0.0.1", "::a00:1"),
        ("0.1", "10.0.0.1"),
    ],
)
def test_any_other_host_keeps_its_proxy(no_proxy, host):
    assert not exempts(no_proxy, host)
