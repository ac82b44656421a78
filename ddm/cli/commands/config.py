"""`ddm config`: the settings that hold and why, and the file that they come from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ddm.cli.asking import completed, flags
from ddm.cli.sections import SectionCommand
from ddm.cli.showing import voice
from ddm.errors import ConfigError, Exit, UsageError
from ddm.settings import HostSetting, Setting

if TYPE_CHECKING:
    from ddm.config import Loaded
    from ddm.config_file import Document

JSON_VERSION = 1

# Tried where neither $VISUAL nor $EDITOR is set; the first is Debian's choice of its user.
_EDITORS = ("sensible-editor", "nano", "vi")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Show and change the settings.

    \b
    ddm config show
    ddm config set max_segments 8
    ddm config set retry.max_attempts 10
    ddm config unset max_segments
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are


@command.command("show", cls=SectionCommand)
@flags.parameters
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def show(*, flags: Mapping[str, object], as_json: bool) -> int:
    """Show each setting, its value, and where that comes from.

    With options of `ddm get`, it shows what would hold there.
    """
    from ddm import config  # noqa: PLC0415 - reads TOML, which no help text needs

    loaded = config.load(os.environ, overrides=flags, write=False)
    for notice in loaded.notices:
        voice.say(notice)
    document, _ = config.open_document(os.environ, write=False)
    settings = [config.find(key) for key in loaded.values]
    if as_json:
        import json  # noqa: PLC0415 - for programs only

        listed = [_object(setting, loaded) for setting in settings]
        object_ = {"version": JSON_VERSION, "path": str(loaded.path), "settings": listed}
        voice.show(json.dumps(object_, indent=1))
    else:
        voice.show("\n".join(_entry(setting, loaded, document) for setting in settings))
    return Exit.OK


@command.command("path")
def path() -> int:
    """Print where config.toml is, or will be."""
    from ddm import config  # noqa: PLC0415 - see above

    voice.result(str(config.used_path(os.environ)))
    return Exit.OK


@command.command("set")
@click.argument("key", shell_complete=completed.keys)
@click.argument("value")
def set_(key: str, value: str) -> int:
    """Write a setting into config.toml.

    The other lines and the comments of the file stay as they are. KEY is as `ddm config show` prints
    it; amounts of bytes may be written as 512K or 5M.

    \b
    ddm config set max_bytes_per_sec 5M
    ddm config set hosts.https://example.org.max_connections 64
    """  # noqa: D301 - see above
    from ddm import config, config_lines  # noqa: PLC0415 - see above

    setting = config.find(key)
    number = config.value_of(setting, value)
    document = _document()
    setting = _as_written(setting, document)
    text = config_lines.with_key(document.text, setting, setting.toml(number))
    _write(document, text, setting, setting.toml(number))
    variable = setting.variable
    if os.environ.get(variable):
        voice.say(f"{variable} is set in the environment and goes before it")
    return Exit.OK


@command.command("unset")
@click.argument("key", shell_complete=completed.keys)
def unset(key: str) -> int:
    """Take a setting out of config.toml, so that its default holds."""
    from ddm import config, config_lines  # noqa: PLC0415 - see above

    setting = config.find(key)
    document = _document()
    setting = _as_written(setting, document)
    if not _is_set(document.tree, setting):
        voice.say(f"{key} is not set in {document.path}")
        return Exit.OK
    _write(document, config_lines.without_key(document.text, setting), setting, None)
    return Exit.OK


@command.command("edit")
def edit() -> int:
    """Open config.toml in $VISUAL or $EDITOR, and check it afterwards."""
    from ddm import config, config_file  # noqa: PLC0415 - see above

    path = config.used_path(os.environ)
    if not os.path.lexists(path):
        try:
            config_file.write_template(path)
        except OSError as error:
            raise ConfigError(f"could not write {path}: {error.strerror}") from error
    _run_editor(path)
    config.check(config_file.read(path))
    return Exit.OK


# -- showing ---------------------------------------------------------------------------------------


def _entry(setting: Setting, loaded: Loaded, document: Document) -> str:
    value = setting.toml(loaded.values[setting.key])
    source = _source(setting, loaded, document)
    meaning = setting.meaning.removesuffix(".")
    return f"{setting.key} = {value}  ({source})\n    {meaning}; {setting.bounds}."


def _source(setting: Setting, loaded: Loaded, document: Document) -> str:
    """Where a value comes from, so that it can be found there."""
    match loaded.sources[setting.key]:
        case "file":
            return document.where(setting.path)
        case "environment":
            return setting.variable if os.environ.get(setting.variable) else "environment"
        case source:
            return source


def _object(setting: Setting, loaded: Loaded) -> dict[str, object]:
    return {
        "key": setting.key,
        "value": loaded.values[setting.key],
        "source": loaded.sources[setting.key],
        "default": setting.default,
        "minimum": setting.minimum,
        "maximum": setting.maximum,
        "unit": setting.unit,
        "variable": setting.variable or None,
        "meaning": setting.meaning,
    }


# -- changing --------------------------------------------------------------------------------------


def _document() -> Document:
    """The file as it is. Raises ConfigError if it cannot be read, and cannot be written for the first time."""
    from ddm import config  # noqa: PLC0415 - see above

    document, notices = config.open_document(os.environ)
    if notices:
        raise ConfigError(notices[0].partition(";")[0])
    return document


def _as_written(setting: Setting, document: Document) -> Setting:
    """A setting, an origin's as the file writes it."""
    from ddm import config_hosts  # noqa: PLC0415 - see above

    if isinstance(setting, HostSetting):
        return config_hosts.as_written(setting, document)
    return setting


def _write(document: Document, text: str, setting: Setting, value: str | None) -> None:
    """Write a changed file, if it says just what it said before and the change. Raises ConfigError."""
    from ddm import config, config_file  # noqa: PLC0415 - see above

    path = document.path
    try:
        changed = config_file.parse(path, text)
    except ConfigError:
        changed = document
    if _filled(changed.tree) != _filled(_wanted(document.tree, setting, value)):
        where = document.where(setting.path)
        raise ConfigError(
            f"{where}: {setting.key} cannot be changed here by `ddm config`; edit the file"
        )
    try:
        config.check(config_file.Document(path, tree=changed.tree))
    except ConfigError as error:
        config.check(document)  # what was wrong before is told with its line
        raise UsageError(f"{error}; nothing was changed") from error
    if len(text.encode()) > config_file.FILE_BYTES_MAX:
        raise ConfigError(f"{path} would become too long; remove something from it")
    try:
        config_file.write(path, text)
    except OSError as error:
        raise ConfigError(
            f"could not write {path}: {error.strerror}; nothing was changed"
        ) from error


def _wanted(tree: Mapping[str, object], setting: Setting, value: str | None) -> dict[str, object]:
    """What the file has to say after the change."""
    import tomllib  # noqa: PLC0415 - see above

    wanted: dict[str, object] = deepcopy(dict(tree))
    inner: object = wanted
    for table in setting.path[:-1]:
        inner = inner.setdefault(table, {}) if isinstance(inner, dict) else None
    if isinstance(inner, dict):
        inner.pop(setting.name, None)
        if value is not None:
            inner[setting.name] = tomllib.loads(f"value = {value}")["value"]
    return wanted


def _filled(tree: Mapping[str, object]) -> dict[str, object]:
    """Without the tables that say nothing."""
    filled = {
        name: _filled(found) if isinstance(found, dict) else found for name, found in tree.items()
    }
    return {name: found for name, found in filled.items() if found != {}}


def _is_set(tree: Mapping[str, object], setting: Setting) -> bool:
    inner: object = tree
    for table in setting.path[:-1]:
        inner = inner.get(table) if isinstance(inner, Mapping) else None
    return isinstance(inner, Mapping) and setting.name in inner


def _run_editor(path: Path) -> None:
    """Wait for the user's editor. Raises UsageError."""
    import shlex  # noqa: PLC0415 - for this command only
    import shutil  # noqa: PLC0415
    import subprocess  # noqa: PLC0415

    found = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    found = found or next((name for name in _EDITORS if shutil.which(name)), None)
    if found is None:
        raise UsageError(f"no editor is known; name one in $EDITOR, or edit {path}")
    try:
        words = shlex.split(found)
        status = subprocess.run([*words, str(path)], check=False).returncode  # noqa: S603 - it is the user's own
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"could not start the editor {found!r}: {why}; see $EDITOR") from error
    if status:
        raise UsageError(f"the editor {found!r} failed (exit status {status})")
