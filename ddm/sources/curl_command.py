"""A curl command line, as browsers write it with "Copy as cURL": what DDM can make of it.

It is taken apart, never run. An option is honoured, ignored because it means nothing to DDM (or is
its own business, such as tries and time-outs), or refused with the reason; an unknown one is an
error, for nobody knows what would be missing.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from ddm import redact
from ddm.errors import UsageError
from ddm.http import url as urls
from ddm.http.disposition import check_asked_name
from ddm.http.proxy import check_proxy
from ddm.http.request import Fields
from ddm.sources import cmd_words, shell_words
from ddm.sources.browser_headers import sort_out
from ddm.sources.curl_options import (
    BY_LETTER,
    IGNORED,
    IGNORED_WITH_VALUE,
    REFUSED,
    TAKEN,
    TAKEN_FLAGS,
)
from ddm.spec import Route

# An upload may be inline in a command; a URL, cookies and fields fit many times.
COMMAND_BYTES_MAX = 1 << 20

# Whichever stands first tells for whom the quotes are.
_FORM = re.compile(r"""'|\\\r?\n|\^["\r\n]""")
# What is PowerShell's or JavaScript's is not blamed for its signs.
_BEGINNING = re.compile(r"""\s*["'^]*curl""")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class CurlCommand(Struct, frozen=True):
    """What is asked for: the fields of JobSpec with these names.

    headers: checked, without those that a browser sends for itself. name: of -o, None without it.
    """

    url: str
    headers: Fields = ()
    name: str | None = None
    route: Route = Route()

    def __repr__(self) -> str:
        """For tracebacks: without secrets."""
        return f"CurlCommand({redact.url(self.url)!r}, {len(self.headers)} headers)"


def read(stream: BinaryIO) -> CurlCommand:
    """The command in a stream. Raises UsageError."""
    content = stream.read(COMMAND_BYTES_MAX + 1)
    if len(content) > COMMAND_BYTES_MAX:
        raise UsageError(f"the curl command is longer than {COMMAND_BYTES_MAX} bytes")
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError("the curl command is not UTF-8 text") from None


def parse(text: str) -> CurlCommand:
    """The command in a text, in the form for bash or for cmd.exe. Raises UsageError, without any secret."""
    if not _BEGINNING.match(text):
        raise _no_curl()
    form = _FORM.search(text)
    words = (cmd_words if form and form[0][0] == "^" else shell_words).split(text)
    if not words or words[0] not in ("curl", "curl.exe"):
        raise _no_curl()
    given = _Given()
    for option, value in _options(words[1:]):
        given.take(option, value)
    return given.command()


def _no_curl() -> UsageError:
    return UsageError('this does not begin with "curl"; take the browser\'s "Copy as cURL"')


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Each option by its long name, and its value; words on their own are values of --url."""
    left = iter(words)
    only_urls = False
    for word in left:
        if only_urls or not word.startswith("-") or word == "-":
            yield "--url", word
        elif word == "--":
            only_urls = True
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            if _has_value(name):
                yield name, value if equals else _value(name, left)
            else:
                yield name, ""
        else:
            yield from _short(word[1:], left)


def _short(letters: str, left: Iterator[str]) -> Iterator[tuple[str, str]]:
    """The options of "-sSLo name": each letter one, the rest the value of the first that has one."""
    for index, letter in enumerate(letters, 1):
        name = BY_LETTER.get(letter)
        if name is None:
            raise _unknown(f"-{letter}")
        if _has_value(name):
            yield name, letters[index:] or _value(name, left)
            return
        yield name, ""


def _has_value(name: str) -> bool:
    """Whether an option has one. Raises UsageError for an option that is refused, or unknown."""
    if name in TAKEN or name in IGNORED_WITH_VALUE:
        return True
    if name in TAKEN_FLAGS or name in IGNORED or name.replace("--no-", "--", 1) in IGNORED:
        return False
    if name in REFUSED:
        raise UsageError(f"curl's {name} cannot be honoured: {REFUSED[name]}")
    raise _unknown(name)


def _unknown(name: str) -> UsageError:
    return UsageError(
        f"curl's {redact.short(name, 40)} is not known; leave it out if the download does not need it"
    )


def _value(name: str, left: Iterator[str]) -> str:
    value = next(left, None)
    if value is None:
        raise UsageError(f"curl's {name} has no value; paste the whole command")
    return value


class _Given:
    """What was given so far."""

    def __init__(self) -> None:
        self._urls: list[str] = []
        self._headers: list[tuple[str, str]] = []
        self._cookies: list[str] = []
        self._single: dict[str, str] = {}

    def take(self, option: str, value: str) -> None:
        """Take an option. Raises UsageError."""
        match option:
            case "--url":
                self._urls.append(value)
            case "--header":
                self._headers += _field(value)
            case "--cookie":
                self._cookies.append(_cookie(value))
            case "--request" if value.upper() != "GET":
                raise UsageError("curl's --request cannot be honoured: DDM sends GET only")
            case _:
                self._single[option] = value  # as with curl, the last one counts

    def command(self) -> CurlCommand:
        """All of it, checked. Raises UsageError."""
        if len(self._urls) != 1:
            raise UsageError(
                f"the curl command has {len(self._urls)} URLs; DDM takes a command with one"
            )
        name = self._single.get("--output")
        ca_file = self._single.get("--cacert")
        proxy = self._single.get("--proxy")
        urls.parse(self._urls[0])
        return CurlCommand(
            url=self._urls[0].strip(" "),
            headers=self._fields(),
            name=None if name in (None, "-") else check_asked_name(name),
            route=Route(
                proxy=None if proxy is None else check_proxy(_with_scheme(proxy)),
                ca_file=None if ca_file is None else str(Path(ca_file).absolute()),
                insecure="--insecure" in self._single,
            ),
        )

    def _fields(self) -> Fields:
        given = [*self._headers]
        if self._cookies:
            given.append(("Cookie", "; ".join(self._cookies)))
        options = (
            ("User-Agent", self._single.get("--user-agent")),
            ("Referer", self._single.get("--referer", "").removesuffix(";auto")),
            ("Authorization", self._authorization()),
        )
        known = {name.lower() for name, _ in given}  # curl too prefers --header
        given += [(name, value) for name, value in options if value and name.lower() not in known]
        found = sort_out(given)
        return (*found.harmless, *found.secret)

    def _authorization(self) -> str | None:
        if (token := self._single.get("--oauth2-bearer")) is not None:
            return f"Bearer {token}"
        user = self._single.get("--user")
        if user is None:
            return None
        if ":" not in user or _CONTROL.search(user):
            raise UsageError("curl's --user has to be NAME:PASSWORD, without control characters")
        return f"Basic {b64encode(user.encode()).decode('ascii')}"


def _field(text: str) -> list[tuple[str, str]]:
    """A header as curl's -H takes it: "Name:" takes it away, "Name;" is one without a value."""
    if text.startswith("@"):
        raise UsageError("curl's --header cannot be honoured: DDM reads no headers from a file")
    name, colon, value = text.partition(":")
    if not colon and text.endswith(";"):
        return [(text[:-1], "")]
    if not colon:
        raise UsageError("a header of the curl command has no colon after its name")
    value = value.strip(" \t")
    return [(name, value)] if value else []


def _cookie(text: str) -> str:
    if "=" not in text:
        raise UsageError("curl's --cookie cannot be honoured: DDM reads no files of cookies")
    return text


def _with_scheme(proxy: str) -> str:
    """The URL of a proxy; curl takes one without a scheme for http."""
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
