"""What origins have taught, as a JSON document: written, and read strictly (docs/json.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import BinaryIO

import msgspec

from ddm import redact
from ddm.errors import UsageError
from ddm.http.url import Origin
from ddm.lesson import Lesson

JSON_VERSION = 1

# A thousand origins with all that can be known of each have a quarter of that.
_FILE_BYTES_MAX = 1 << 20


def written(lessons: Mapping[str, Lesson]) -> str:
    """The document, by `Origin.key`; what nobody knows is left out."""
    hosts = {key: msgspec.to_builtins(lesson) for key, lesson in lessons.items()}
    return json.dumps({"version": JSON_VERSION, "hosts": hosts}, indent=1)


def read(file: BinaryIO, name: str) -> dict[str, Lesson]:
    """The lessons of a document. Raises UsageError; `name` is what the file is called there."""
    shown = redact.short(redact.text(name), 200)
    try:
        data = file.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"could not read {shown}: {error.strerror}") from error
    if len(data) > _FILE_BYTES_MAX:
        raise UsageError(f"{shown} is longer than {_FILE_BYTES_MAX >> 20} MiB")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown} is not JSON: {redact.short(str(error))}") from error
    try:
        return _lessons(found)
    except UsageError as error:
        raise UsageError(f"{shown}: {error}") from error


def _lessons(found: object) -> dict[str, Lesson]:
    if not isinstance(found, dict) or not isinstance(found.get("hosts"), dict):
        raise UsageError('this is not what `ddm hosts export` writes: there is no object "hosts"')
    if found.get("version") != JSON_VERSION:
        raise UsageError(f'its "version" is not {JSON_VERSION}; this ddm reads no other')
    if strange := found.keys() - {"version", "hosts"}:
        raise UsageError(f"unknown field {redact.short(min(strange))!r}")
    lessons: dict[str, Lesson] = {}
    for text, fields in found["hosts"].items():
        key = Origin.of_key(text).key
        if key in lessons:
            raise UsageError(f"{key} is there twice")
        lessons[key] = _lesson(key, fields)
    return lessons


def _lesson(key: str, fields: object) -> Lesson:
    if not isinstance(fields, dict):
        raise UsageError(f"{key} is no object")
    if strange := fields.keys() - set(Lesson.__struct_fields__):
        raise UsageError(f"{key} has an unknown field {redact.short(min(strange))!r}")
    if "learned_s" not in fields:
        raise UsageError(f"{key} has no learned_s: nobody knows how old it is")
    try:
        return msgspec.convert(fields, Lesson)
    except msgspec.ValidationError as error:
        # msgspec says first what it expected, then where.
        what, _, where = str(error).replace("`", "").partition(" - at $.")
        raise UsageError(f"{key}: {where}: {what[:1].lower()}{what[1:]}") from error
