"""From config.toml, DDM_* variables and flags to `Limits`; what is wrong names itself.

Defaults give way to the file, the file to the environment, the environment to flags. Import this
where a command needs it, not for a help text: what decodes TOML takes its time to load.
"""

from __future__ import annotations

import difflib
import os
import reprlib
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeVar, get_args

import msgspec
import platformdirs
from msgspec import Struct

from ddm import config_file, config_hosts, redact, settings
from ddm.config_file import Document
from ddm.errors import ConfigError, DDMError, UsageError
from ddm.limits import Limits
from ddm.settings import SETTINGS, Setting, Value
from ddm.units import parse_bytes

Source = Literal["default", "file", "environment", "flag"]  # each goes before those to its left

T = TypeVar("T")

_RANKS: tuple[Source, ...] = get_args(Source)
_BY_KEY = {setting.key: setting for setting in SETTINGS}
_BY_VARIABLE = {setting.variable: setting for setting in SETTINGS}
# DDM_BOOT_ID belongs to the part files; DDM_JOB_* is what a job's hook is given.
_RESERVED = ("DDM_CONFIG", "DDM_BOOT_ID")
_RESERVED_PREFIX = "DDM_JOB_"


class Loaded(Struct, frozen=True):
    """The limits that hold, and why.

    path: the file that was read or written.
    values: each key's ("retry.max_attempts") own, also those of origins that the file has.
    sources: for each key ("retry.max_attempts"), who set it.
    notices: sentences for the user; nothing in them stops anything.
    """

    limits: Limits
    path: Path
    values: Mapping[str, Value]
    sources: Mapping[str, Source]
    notices: tuple[str, ...]


def config_path() -> Path:
    """Where config.toml is, unless DDM_CONFIG names another file."""
    return platformdirs.user_config_path("ddm") / "config.toml"


def used_path(environ: Mapping[str, str]) -> Path:
    """The file that is read: what DDM_CONFIG names, else `config_path()`."""
    named = environ.get("DDM_CONFIG")
    return Path(named) if named else config_path()


def state_dir() -> Path:
    """The directory of the database and the log."""
    return platformdirs.user_state_path("ddm")


def load(
    environ: Mapping[str, str],
    path: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    *,
    write: bool = True,
) -> Loaded:
    """The limits of this run. Raises ConfigError, or UsageError for a flag.

    path: the file; by default what DDM_CONFIG names, else `config_path()`.
    overrides: flags by key; None is a flag that was not given.
    write: whether the file is written if this is the first use.
    """
    document, notices = open_document(environ, path, write=write)
    values, sources = _settled(document, environ, overrides or {})
    limits = _convert(settings.nested(values), Limits)
    return Loaded(limits, document.path, values, sources, (*notices, *_strangers(environ)))


def check(document: Document) -> None:
    """Find out whether the values of a file are allowed. Raises ConfigError."""
    _settled(document, {}, {})


def find(key: str) -> Setting:
    """The setting of this key. Raises UsageError with the nearest one."""
    found = _BY_KEY.get(key) or config_hosts.find(key)
    if found is not None:
        return found
    names = {setting.name: setting.key for setting in SETTINGS} | {each: each for each in _BY_KEY}
    nearest = difflib.get_close_matches(key, names, 1)
    way_out = f"did you mean {names[nearest[0]]}?" if nearest else "`ddm config show` lists them"
    raise UsageError(f"there is no key {redact.short(key)!r}; {way_out}")


def value_of(setting: Setting, text: str) -> Value:
    """The value that a text means, within the setting's bounds. Raises UsageError."""
    try:
        return _checked(setting, text, lax=True)
    except ValueError as error:
        raise UsageError(f"{setting.key} {error}") from error


def _settled(
    document: Document, environ: Mapping[str, str], overrides: Mapping[str, object]
) -> tuple[dict[str, Value], dict[str, Source]]:
    """Every key's value and who set it. Raises ConfigError, or UsageError for a flag."""
    layers: dict[Source, Mapping[str, object]] = {
        "file": {setting.key: found for setting, found in _from_file(document)},
        "environment": {s.key: environ[s.variable] for s in SETTINGS if environ.get(s.variable)},
        "flag": {key: found for key, found in overrides.items() if found is not None},
    }
    values = settings.defaults()
    sources: dict[str, Source] = dict.fromkeys(values, "default")
    for source, layer in layers.items():
        for key, found in layer.items():
            try:
                values[key] = _checked(find(key), found, lax=source != "file")
            except ValueError as error:
                raise _error(document, source, key, str(error)) from error
            sources[key] = source
    _settle(values, sources, document)
    return values, sources


def open_document(
    environ: Mapping[str, str], path: Path | None = None, *, write: bool = True
) -> tuple[Document, list[str]]:
    """The file, written if this is the first use, and what there is to say about that. Raises ConfigError."""
    if path is None and environ.get("DDM_CONFIG"):
        return config_file.read(used_path(environ)), []  # must exist: its name may be a slip
    path = path or config_path()
    if not os.path.lexists(path):
        if not write:
            return Document(path), []
        try:
            config_file.write_template(path)
        except OSError as error:
            return Document(path), [
                f"could not write {path}: {error.strerror}; the defaults hold without it"
            ]
    return config_file.read(path), []


def _from_file(document: Document) -> Iterator[tuple[Setting, object]]:
    """Every setting of the file with what was found there. Raises ConfigError if one is unknown."""
    yield from config_hosts.in_file(document)
    for name, found in document.tree.items():
        if name == settings.HOSTS:
            continue
        if name not in settings.TABLES:
            yield _known(document, (name,)), found
        elif isinstance(found, dict):
            for inner, value in found.items():
                yield _known(document, (name, inner)), value
        else:
            raise ConfigError(
                f"{document.where((name,))}: {name} is {reprlib.repr(found)}; "
                f"it is a table: write [{name}] and its keys below that"
            )


def _known(document: Document, keys: tuple[str, ...]) -> Setting:
    """The setting that a place in the file means. Raises ConfigError with the nearest one."""
    *table, name = keys
    for setting in SETTINGS:
        if setting.path == keys:
            return setting
    places = {s.name: f"{s.name} in [{s.table}]" if s.table else s.name for s in SETTINGS}
    places |= {table: f"[{table}]" for table in settings.TABLES}
    places[settings.HOSTS] = config_hosts.EXAMPLE
    within = f" in [{table[0]}]" if table else ""
    nearest = difflib.get_close_matches(name, places, 1)
    if not nearest:
        way_out = "delete it"
    elif table and nearest[0] in _BY_KEY:
        way_out = f"did you mean {nearest[0]}, which stands above [{table[0]}]?"
    else:
        way_out = f"did you mean {places[nearest[0]]}?"
    raise ConfigError(f"{document.where(keys)}: unknown key {name!r}{within}; {way_out}")


def _checked(setting: Setting, found: object, *, lax: bool) -> Value:
    """A value of the setting's type, within its bounds.

    Raises ValueError with a sentence that lacks its subject.

    lax: a number may be written as text, as it has to be in the environment.
    """
    kind: type[int | float] = int if isinstance(setting.default, int) else float
    whole = "a whole number, " if kind is int else ""
    refusal = ValueError(f"is {reprlib.repr(found)}; allowed is {whole}{setting.bounds}")
    if setting.is_text:
        if not isinstance(found, str) or len(found) > setting.maximum:
            raise refusal
        return _command(found)
    try:
        if setting.in_bytes and isinstance(found, str):
            found = parse_bytes(found)
        value = _convert(found, kind, strict=not lax)
    except ValueError as error:
        raise refusal from error
    if not setting.minimum <= value <= setting.maximum:  # so that nan is refused too
        raise refusal
    return value


def _command(text: str) -> str:
    """A text that is a command, or none. Raises ValueError as `_checked` does."""
    if redact.UNSAFE.search(text):
        raise ValueError("holds a control character, or one that cannot be seen")
    try:
        shlex.split(text)
    except ValueError:
        raise ValueError("has a quotation mark or a backslash without what belongs to it") from None
    return text


def _settle(values: dict[str, Value], sources: dict[str, Source], document: Document) -> None:
    """Where two values contradict each other, let the one that was set with less force follow.

    So `--max-segments 1` works without a word about min_segments. Raises ConfigError, or UsageError
    for flags, if both were set in one place.
    """
    for low, high in settings.ORDERED:
        if not _exceeds(values[low], values[high]):
            continue
        force = _RANKS.index(sources[low]) - _RANKS.index(sources[high])
        if force == 0:
            why = f"is {values[low]}, more than {high}, which is {values[high]}"
            raise _error(document, sources[low], low, why)
        firm, soft = (low, high) if force > 0 else (high, low)
        values[soft], sources[soft] = values[firm], sources[firm]


def _exceeds(low: Value, high: Value) -> bool:
    return not isinstance(low, str) and not isinstance(high, str) and low > high


def _error(document: Document, source: Source, key: str, why: str) -> DDMError:
    """The error of a value, named after where it was set."""
    setting = find(key)
    if source == "file":
        return ConfigError(f"{document.where(setting.path)}: {key} {why}")
    if source == "environment":
        return ConfigError(f"{setting.variable} {why}")
    return UsageError(f"--{key.replace('_', '-').replace('.', '-')} {why}")


def _strangers(environ: Mapping[str, str]) -> Iterator[str]:
    """A notice for every variable that looks like ours and is not."""
    for name in sorted(environ):
        if not name.startswith("DDM_") or name in _BY_VARIABLE or name in _RESERVED:
            continue
        if name.startswith(_RESERVED_PREFIX):
            continue
        nearest = difflib.get_close_matches(name, _BY_VARIABLE, 1)
        hint = f"; did you mean {nearest[0]}?" if nearest else ""
        yield f"{name!r} is not a variable of ddm{hint}"


def _convert(found: object, kind: type[T], *, strict: bool = True) -> T:
    """A value as another type. Raises ValueError."""
    return msgspec.convert(found, kind, strict=strict)
