"""Origins that are treated in their own way."""

import pytest

from ddm import config, config_file, config_hosts
from ddm.errors import ConfigError, UsageError
from ddm.limits import HostLimits


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config.toml"


@pytest.fixture
def load(path):
    def loaded(text, **more):
        path.write_text(text)
        return config.load({}, path, **more)

    return loaded


def test_an_origin_may_have_more_connections_than_others(load):
    limits = load(
        'max_connections_per_host = 4\n[hosts."https://a.test"]\nmax_connections = 64\n'
    ).limits

    assert limits.hosts == {"https:a.test:443": HostLimits(64)}
    assert limits.ceiling("https:a.test:443") == 64
    assert limits.ceiling("http:a.test:80") == 4


@pytest.mark.parametrize(
    "text", ["https://a.test", "a.test", "https:a.test:443", "HTTPS://A.test/"]
)
def test_an_origin_may_be_written_as_one_likes(load, text):
    loaded = load(f"[hosts.'{text}']\nmax_connections = 5\n")

    assert loaded.limits.ceiling("https:a.test:443") == 5
    assert loaded.sources[f'hosts."{text}".max_connections'] == "file"


def test_a_table_without_keys_changes_nothing(load):
    limits = load('[hosts."https://a.test"]\n').limits

    assert limits.ceiling("https:a.test:443") == limits.max_connections_per_host


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (
            '[hosts."https://a.test"]\nmax_connections = 0\n',
            2,
            (
                'hosts."https://a.test".max_connections is 0; '
                "allowed is a whole number, 1 to 512 connections"
            ),
        ),
        (
            "\n[hosts.'a.test']\nmax_connections = 513\n",
            3,
            'hosts."a.test".max_connections is 513; allowed is a whole number, 1 to 512 connections',
        ),
        (
            '[hosts."https://a.test"]\nmax_conections = 4\n',
            2,
            (
                "unknown key 'max_conections' in [hosts.'https://a.test']; "
                "did you mean max_connections?"
            ),
        ),
        (
            '[hosts."https://a.test"]\ncolour = 4\n',
            2,
            "unknown key 'colour' in [hosts.'https://a.test']; there is: max_connections",
        ),
        (
            '[hosts."https://a.test/b"]\nmax_connections = 4\n',
            1,
            "https://a.test/b is no origin: write scheme, host and port alone, as in https://a.test",
        ),
        (
            "[hosts]\nmax_connections = 4\n",
            2,
            (
                "hosts.max_connections is 4; it is a table: "
                'write [hosts."https://example.org"] and its keys below that'
            ),
        ),
        (
            "hosts = 4\n",
            1,
            'hosts is 4; it is a table: write [hosts."https://example.org"] and its keys below that',
        ),
        (
            '[hosts."https://a.test"]\n[hosts."a.test"]\nmax_connections = 4\n',
            2,
            "'a.test' and 'https://a.test' are one origin; put their keys into one table",
        ),
        (
            '[host."https://a.test"]\nmax_connections = 4\n',
            None,
            "unknown key 'host'; did you mean [hosts.\"https://example.org\"]?",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(load, path, text, line, why):
    with pytest.raises(ConfigError) as caught:
        load(text)

    place = f"{path}, line {line}" if line else str(caught.value).partition(": ")[0]
    assert str(caught.value) == f"{place}: {why}"


@pytest.mark.parametrize(
    "key",
    [
        'hosts."https://a.test".max_connections',
        "hosts.'https://a.test'.max_connections",
        "hosts.https://a.test.max_connections",  # a shell has taken the quotes away
    ],
)
def test_a_key_is_found_with_quotes_or_without(key):
    setting = config.find(key)

    assert setting.key == 'hosts."https://a.test".max_connections'
    assert config.value_of(setting, "64") == 64


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("hosts.a.test.max_conections", "there is no key 'max_conections' of an origin; did you"),
        ("hosts.a.test/b.max_connections", "a.test/b is no origin: "),
        ("hosts..max_connections", "https:// is no URL for DDM: it has no host"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(key, why):
    with pytest.raises(UsageError) as caught:
        config.find(key)

    assert str(caught.value).startswith(why)


def test_a_setting_is_written_as_the_file_has_it(path):
    setting = config.find("hosts.https://a.test:443.max_connections")
    other = config_file.parse(path, '[hosts."https:b.test:443"]\n')
    same = config_file.parse(path, "[hosts.'a.test']\n[hosts.'no/origin']\n")

    assert config_hosts.as_written(setting, other).origin == "https://a.test"
    assert config_hosts.as_written(setting, same).origin == "a.test"
