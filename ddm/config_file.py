"""The text of config.toml: written on first use, read with the line of every key.

tomllib knows no lines. The line of a key is found when it is needed, by reading ever longer
beginnings of the file.
"""

from __future__ import annotations

import errno
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from ddm import private
from ddm.errors import ConfigError
from ddm.settings import SETTINGS, TABLES, Setting, of_host

# The template has 2 KiB; this leaves room for a user's own notes, and stops at /dev/zero.
FILE_BYTES_MAX = 64 * 1024

_HEAD = """\
# Settings of ddm. Each key is shown with its default: take the '#' away from a key to change it.
# Variables (DDM_MAX_SEGMENTS, DDM_RETRY_MAX_ATTEMPTS) go before this file, options before both.
# Bytes are a number, or a text with K, M, G or T, which are powers of 1024: 262144 or "256K".
"""

_EXAMPLE = of_host("https://example.org")
_HOSTS = f"""\
# Any number of such tables may follow, one for each origin that is to be treated in its own way.
#[{_EXAMPLE.table}]
# {_EXAMPLE.meaning} ({_EXAMPLE.bounds})
#{_EXAMPLE.name} = {_EXAMPLE.default}
"""

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_AT_END = " (at end of document)"


class Document(Struct, frozen=True):
    """A configuration file as it was read; without a text, the file that could not be written."""

    path: Path
    text: str = ""
    tree: Mapping[str, object] = field(default_factory=dict)

    def where(self, keys: tuple[str, ...]) -> str:
        """The file and the line of a key, for a message."""
        line = _line_of(self.text, keys)
        return f"{self.path}, line {line}" if line else str(self.path)


def template() -> str:
    """What is written on first use: every key with its default.

    The default is commented out, so that a better one in a later version reaches the user.
    """
    parts = [_HEAD]
    for table in ("", *TABLES):
        if table:
            parts.append(f"[{table}]\n")
        parts += [_entry(setting) for setting in SETTINGS if setting.table == table]
    return "\n".join((*parts, _HOSTS))


def write_template(path: Path) -> None:
    """Write the file for the first time. Raises OSError. As `write`."""
    write(path, template())


def write(path: Path, text: str) -> None:
    """Write the file, whole or not at all. Raises OSError.

    It has mode 0600, in a directory of mode 0700. What a symbolic link leads to is replaced, not the link; a
    device or a pipe never is.
    """
    path = path.resolve()
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    private.make_directory(path.parent)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    private.replace(path, text.encode(), draft=draft, durable=True)


def read(path: Path) -> Document:
    """Read a file. Raises ConfigError with the line, where there is one."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ConfigError(
            f"could not read {path}: {error.strerror}; "
            "mend that, or name another file with DDM_CONFIG"
        ) from error
    if len(data) > FILE_BYTES_MAX:
        raise ConfigError(f"{path} is longer than {FILE_BYTES_MAX // 1024} KiB; make it shorter")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8 text; save it as UTF-8") from error
    return parse(path, text)


def parse(path: Path, text: str) -> Document:
    """The document that a file with this text is. Raises ConfigError with the line, where there is one."""
    try:
        return Document(path, text, tomllib.loads(text))
    except ValueError as error:
        raise ConfigError(_syntax_error(path, text, str(error))) from error
    except RecursionError as error:
        raise ConfigError(f"{path}: brackets are nested too deeply; remove them") from error


def _entry(setting: Setting) -> str:
    default = setting.toml(setting.default)
    return f"# {setting.meaning} ({setting.bounds})\n#{setting.name} = {default}\n"


def _syntax_error(path: Path, text: str, why: str) -> str:
    """A sentence out of tomllib's message, which has the place at its end, if at all."""
    if match := _AT_LINE.search(why):
        place = f", line {match[1]}"
    elif why.endswith(_AT_END):
        place = f", line {len(text.splitlines())}"
    else:
        place = ""
    what = _AT_LINE.sub("", why).removesuffix(_AT_END)
    return f"{path}{place}: this is not TOML: {what}"


def _line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """The line, from 1, that gives a key its value, or None.

    It is the last line of the shortest beginning of the file that holds the key.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if keys[-1] not in line:
            continue
        try:
            found: object = tomllib.loads("\n".join(lines[:number]))
        except ValueError:
            return number  # its value goes on in the next line
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None:
            return number
    return None
