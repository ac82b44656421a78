import pytest

from ddm.multi.authorities import (
    Authorities,
    find_authorities,
    find_bundle,
    hashed_directory,
    named_bundle,
)

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
