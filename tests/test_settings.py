"""Also holds docs/configuration.md to the table of settings.

`PYTHONPATH=. python tests/test_settings.py` writes the table into the page again.
"""

import re
from pathlib import Path

import pytest
from msgspec import to_builtins

from ddm.limits import HostLimits, Limits
from ddm.settings import HOST_KEYS, ORDERED, SETTINGS, TABLES, defaults, nested, of_host

PAGE = Path(__file__).parent.parent / "docs" / "configuration.md"
TABLE = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- end of settings -->)", re.DOTALL)

each_setting = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)


def markdown():
    """The table of docs/configuration.md."""
    lines = ["| key | default | allowed | variable | meaning |", "|---|---|---|---|---|"]
    for setting in SETTINGS:
        where = f"`[{setting.table}]` " if setting.table else ""
        lines.append(
            f"| {where}`{setting.name}` | `{setting.toml(setting.default)}` | {setting.bounds} "
            f"| `{setting.variable}` | {setting.meaning} |"
        )
    host = of_host("https://example.org")
    lines.append(
        f"| `[{host.table}]` `{host.name}` | as `max_connections_per_host` | {host.bounds} | none | {host.meaning} |"
    )
    return "\n".join(lines) + "\n"


def test_every_field_of_limits_is_a_setting_with_its_default():
    assert nested(defaults()) == to_builtins(Limits())


@each_setting
def test_a_default_is_within_its_bounds(setting):
    size = len(setting.default) if setting.is_text else setting.default
    assert setting.minimum <= size <= setting.maximum


@each_setting
def test_a_unit_at_the_end_of_a_key_is_the_settings_unit(setting):
    assert setting.key.endswith("_bytes") == (setting.unit == "bytes")
    assert setting.key.endswith("_bytes_per_sec") == (setting.unit == "bytes per second")
    assert setting.key.endswith("_secs") == (setting.unit == "seconds")


@each_setting
def test_a_meaning_is_one_sentence(setting):
    assert re.fullmatch(r"[A-Z][^.]*\.", setting.meaning)


def test_every_field_of_an_origins_limits_is_a_key_of_its_table():
    assert HostLimits.__struct_fields__ == HOST_KEYS


def test_an_origins_key_says_where_it_stands():
    setting = of_host("https://example.org")

    assert setting.key == 'hosts."https://example.org".max_connections'
    assert setting.path == ("hosts", "https://example.org", "max_connections")
    assert (setting.table, setting.name) == ('hosts."https://example.org"', "max_connections")
    assert (setting.default, setting.variable) == (16, "")


def test_values_of_origins_are_put_below_their_keys():
    values = {of_host(text).key: 7 for text in ("https://a.test", "http:[::1]:80")}

    assert nested(values)["hosts"] == {
        "https:a.test:443": {"max_connections": 7},
        "http:[::1]:80": {"max_connections": 7},
    }


def test_every_table_is_known():
    assert {setting.table for setting in SETTINGS} == {"", *TABLES}


def test_no_name_stands_in_two_tables():
    names = [setting.name for setting in SETTINGS]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(("low", "high"), ORDERED)
def test_ordered_settings_can_follow_each_other_from_their_defaults(low, high):
    settings = {setting.key: setting for setting in SETTINGS}

    assert settings[low].default <= settings[high].default
    assert settings[low].maximum <= settings[high].maximum
    assert settings[low].minimum <= settings[high].minimum


def test_the_page_names_exactly_the_keys_and_defaults():
    (written,) = TABLE.findall(PAGE.read_text())

    assert written == markdown(), "refresh it: PYTHONPATH=. python tests/test_settings.py"


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(lambda _: markdown(), PAGE.read_text()))
