"""The tables of config.toml that are about one origin each: `[hosts."https://example.org"]`."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterator

from ddm import redact
from ddm.config_file import Document
from ddm.errors import ConfigError, UsageError
from ddm.http.url import Origin
from ddm.settings import HOST_KEY, HOST_KEYS, HOSTS, HostSetting, of_host

# Such a table's heading.
EXAMPLE = f'[{HOSTS}."https://example.org"]'


def in_file(document: Document) -> Iterator[tuple[HostSetting, object]]:
    """Every key of these tables with what was found there. Raises ConfigError."""
    tables = document.tree.get(HOSTS, {})
    if not isinstance(tables, dict):
        raise _no_table(document, (HOSTS,), tables)
    written: dict[Origin, str] = {}
    for text, table in tables.items():
        where = document.where((HOSTS, text))
        if not isinstance(table, dict):
            raise _no_table(document, (HOSTS, text), table)
        try:
            origin = Origin.of_key(text)
        except UsageError as error:
            raise ConfigError(f"{where}: {error}") from error
        if origin in written:
            raise ConfigError(
                f"{where}: {text!r} and {written[origin]!r} are one origin; put their keys into one table"
            )
        written[origin] = text
        for name, value in table.items():
            if name not in HOST_KEYS:
                raise ConfigError(
                    f"{document.where((HOSTS, text, name))}: unknown key {name!r} in [{HOSTS}.{text!r}]; "
                    f"{_nearest(name)}"
                )
            yield of_host(text, name), value


def find(key: str) -> HostSetting | None:
    """The setting that `hosts."https://example.org".max_connections` is, None for another sort of key.

    The quotes may be missing. Raises UsageError for what is no origin, or no key of its table.
    """
    match = HOST_KEY.fullmatch(key)
    if match is None:
        return None
    if match[2] not in HOST_KEYS:
        raise UsageError(
            f"there is no key {redact.short(match[2])!r} of an origin; {_nearest(match[2])}"
        )
    Origin.of_key(match[1])
    return of_host(match[1], match[2])


def as_written(setting: HostSetting, document: Document) -> HostSetting:
    """The same setting, its origin as the file writes it, or as it should."""
    origin = Origin.of_key(setting.origin)
    tables = document.tree.get(HOSTS, {})
    for text in tables if isinstance(tables, dict) else ():
        try:
            if Origin.of_key(text) == origin:
                return of_host(text, setting.name)
        except UsageError:
            continue  # `in_file` tells that
    return of_host(str(origin), setting.name)


def _no_table(document: Document, path: tuple[str, ...], found: object) -> ConfigError:
    return ConfigError(
        f"{document.where(path)}: {'.'.join(path)} is {reprlib.repr(found)}; it is a table: "
        f"write {EXAMPLE} and its keys below that"
    )


def _nearest(name: str) -> str:
    nearest = difflib.get_close_matches(name, HOST_KEYS, 1)
    return f"did you mean {nearest[0]}?" if nearest else f"there is: {', '.join(HOST_KEYS)}"
