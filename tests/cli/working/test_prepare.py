import hashlib

import pytest

from ddm.cli.asking.asked import Asked
from ddm.cli.working.prepare import specs_of, told
from ddm.errors import ConfigError
from ddm.spec import JobSpec

DIGEST = hashlib.sha256(b"a").hexdigest()


@pytest.fixture
def asked(home):
    (home / "SUMS").write_text(f"{DIGEST}  a\n")

    def make(**more):
        return Asked(("http://127.0.0.1:1/a",), "/files", **more)

    return make


def test_without_a_list_of_digests_no_configuration_is_read(asked, home, monkeypatch):
    monkeypatch.setenv("DDM_MAX_JOBS", "many")

    assert specs_of(asked()) == [JobSpec("http://127.0.0.1:1/a", "/files")]
    assert not (home / "config").exists()


def test_digests_are_looked_up(asked):
    (spec,) = specs_of(asked(sums_from="SUMS"))

    assert [each.hex for each in spec.checksums] == [DIGEST]


def test_a_dry_run_writes_no_configuration(asked, home):
    given = asked(sums_from="SUMS", dry_run=True)
    told(given, specs_of(given), {"retry.max_attempts": 1})

    assert sorted(path.name for path in home.iterdir()) == ["SUMS"]


def test_a_bad_configuration_is_an_error_of_a_dry_run_too(asked, monkeypatch):
    monkeypatch.setenv("DDM_MAX_JOBS", "many")

    with pytest.raises(ConfigError):
        told(asked(dry_run=True), [])
