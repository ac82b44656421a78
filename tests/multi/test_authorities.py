import subprocess

import pytest

from ddm.failures import Kind
from ddm.multi.authorities import (
    Authorities,
    find_authorities,
    find_bundle,
    hashed_directory,
    named_bundle,
)
from tests.multi import streams

ONE = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"


@pytest.fixture
def system(tmp_path):
    """A bundle of two, and a directory with the same two under hashed names."""
    (tmp_path / "bundle.crt").write_text(ONE * 2)
    directory = tmp_path / "certs"
    directory.mkdir()
    for name, link in (("a.pem", "0a1b2c3d.0"), ("b.pem", "0a1b2c3d.1")):
        (directory / name).write_text(ONE)
        (directory / link).symlink_to(name)
    return tmp_path


def hashed(system):
    bundle, directory = str(system / "bundle.crt"), str(system / "certs")
    return hashed_directory(bundle, [str(system / "missing"), directory]) == directory


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"CURL_CA_BUNDLE": "/a", "SSL_CERT_FILE": "/b"}, "/a"),
        ({"CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "/b"}, "/b"),
        ({}, None),
    ],
)
def test_what_the_user_names_counts(environment, found):
    assert named_bundle(environment) == found


def test_a_file_that_the_user_names_is_never_replaced_by_a_directory():
    assert find_authorities({"CURL_CA_BUNDLE": "/mine"}) == Authorities("/mine")


def test_the_bundle_is_where_a_distribution_keeps_it():
    fedora = "/etc/pki/tls/certs/ca-bundle.crt"

    assert find_bundle(lambda path: path == fedora) == fedora
    assert find_bundle(lambda _: False) is None


def test_a_directory_with_the_same_certificates_under_hashed_names_is_found(system):
    assert hashed(system)


def test_a_directory_that_was_not_brought_up_to_date_is_not_believed(system):
    (system / "bundle.crt").write_text(ONE * 3)

    assert not hashed(system)


def test_a_hashed_name_that_leads_nowhere_does_not_count(system):
    (system / "certs" / "b.pem").unlink()

    assert not hashed(system)


def test_a_bundle_that_cannot_be_read_has_no_directory(system):
    (system / "bundle.crt").unlink()

    assert not hashed(system)


@pytest.fixture
def secure_server(tmp_path):
    """A server with a certificate that lies in `certificate`."""
    (tmp_path / "certificate").mkdir()
    context = streams.make_certificate(tmp_path / "certificate")
    server = streams.StreamServer(context, [streams.whole(b"bytes")])
    yield server
    server.close()


@pytest.mark.parametrize(("rehashed", "failure"), [(True, None), (False, Kind.UNTRUSTED)])
def test_a_server_is_trusted_whose_authority_has_its_hashed_name_there(
    make_net, secure_server, tmp_path, rehashed, failure
):
    directory = tmp_path / "certificate"
    if rehashed:
        (directory / "key.pem").unlink()
        subprocess.run(["openssl", "rehash", directory], check=True)
    net = make_net()
    net.driver.common.authorities = Authorities("/no/such/bundle", str(directory))
    net.start(1, secure_server.url, shared=True)
    net.run()

    found = net.ends[1].failure
    assert (found and found.kind) == failure
