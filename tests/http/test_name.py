import pytest

from ddm.http.name import is_numeric, own_addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "2001:db8::7"])
def test_an_address_leads_to_itself(host):
    assert is_numeric(host)
    assert own_addresses(host) == (host,)


@pytest.mark.parametrize("host", ["localhost", "localhost.", "a.b.localhost"])
def test_localhost_and_what_is_below_it_is_loopback(host):
    assert not is_numeric(host)
    assert own_addresses(host) == ("::1", "127.0.0.1")


@pytest.mark.parametrize(
    "host", ["example.org", "mylocalhost", "localhost.example", "1.2.3.4.example"]
)
def test_every_other_name_has_to_be_looked_up(host):
    assert not is_numeric(host)
    assert own_addresses(host) == ()
