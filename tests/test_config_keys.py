"""Keys by name, for `ddm config`."""

import pytest

from ddm import config, config_file
from ddm.errors import ConfigError, UsageError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ddm" / "config.toml"


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("max_segmnts", "did you mean max_segments?"),
        ("max_attempts", "did you mean retry.max_attempts?"),
        ("retry.max_attempt", "did you mean retry.max_attempts?"),
        ("zzz", "`ddm config show` lists them"),
    ],
)
def test_an_unknown_key_names_the_nearest(key, hint):
    with pytest.raises(UsageError) as caught:
        config.find(key)

    assert str(caught.value) == f"there is no key '{key}'; {hint}"


def test_a_key_is_found():
    assert config.find("retry.max_attempts").default == 6


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [("max_segments", "8", 8), ("max_bytes_per_sec", "5M", 5 << 20), ("timeout_secs", "2", 2.0)],
)
def test_a_value_may_be_written_as_text(key, text, value):
    assert config.value_of(config.find(key), text) == value


def test_a_value_out_of_bounds_is_told_as_it_is_of_the_file():
    with pytest.raises(UsageError) as caught:
        config.value_of(config.find("max_segments"), "0")

    assert str(caught.value) == (
        "max_segments is '0'; allowed is a whole number, 1 to 512 connections"
    )


def test_a_file_can_be_checked_without_the_environment(path):
    config.check(config_file.parse(path, "max_segments = 8\n"))

    with pytest.raises(ConfigError, match="line 1: max_segments is 0"):
        config.check(config_file.parse(path, "max_segments = 0\n"))


def test_reading_alone_writes_nothing(path):
    loaded = config.load({}, path, write=False)

    assert (loaded.path, loaded.notices) == (path, ())
    assert not path.parent.exists()


def test_the_path_in_use_is_what_ddm_config_names(path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(path.parent.parent))

    assert config.used_path({"DDM_CONFIG": "/a/b.toml"}) == config.Path("/a/b.toml")
    assert config.used_path({"DDM_CONFIG": ""}) == path
