"""How files are asked for: the options of `get` and `add` that become header fields and a route."""

from __future__ import annotations

import getpass
import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from ddm.cli.sections import SectionOption
from ddm.cli.showing import voice
from ddm.errors import UsageError
from ddm.http.proxy import SCHEMES, check_proxy
from ddm.http.request import check_headers
from ddm.spec import Route

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

INSECURE = (
    "--insecure: certificates are not looked at; anybody on the way can read and change everything"
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_option = partial(click.option, cls=partial(SectionOption, section="How to ask"))  # type: ignore[arg-type]  # makes one

OPTIONS: tuple[Decorator, ...] = (
    _option(
        "-H",
        "--header",
        "headers",
        multiple=True,
        metavar="'NAME: VALUE'",
        help="A header field; may be given several times.",
    ),
    _option(
        "--cookie",
        "cookies",
        multiple=True,
        metavar="NAME=VALUE",
        help="A cookie; may be given several times.",
    ),
    _option(
        "--user",
        metavar="NAME[:PASSWORD]",
        help="Name and password for the server; without a password it is asked for.",
    ),
    _option("--referer", metavar="URL", help="The page that the link was on."),
    _option("--user-agent", metavar="TEXT", help="What to call ourselves."),
    _option(
        "--proxy",
        metavar="URL",
        help=f"The proxy ({', '.join(SCHEMES)}), '' for none. Default: the environment's.",
    ),
    _option(
        "--cacert",
        "ca_file",
        type=click.Path(exists=True, dir_okay=False, readable=True),
        metavar="FILE",
        help="Trust the authorities in this file. Default: the system's.",
    ),
    _option("--insecure", is_flag=True, help="Trust any certificate. Dangerous."),
    _option(
        "--allow-downgrade", is_flag=True, help="Follow redirects from https to http. Dangerous."
    ),
)


class AskedRequest(Struct, frozen=True):
    """The options, as click found them."""

    headers: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    user: str | None = None
    referer: str | None = None
    user_agent: str | None = None
    proxy: str | None = None
    ca_file: str | None = None
    insecure: bool = False
    allow_downgrade: bool = False

    def __repr__(self) -> str:
        """For tracebacks: without secrets."""
        return f"AskedRequest({len(self.headers)} headers, insecure={self.insecure})"

    def fields(self) -> tuple[tuple[str, str], ...]:
        """The header fields. Asks for a password if need be. Raises UsageError, without any value."""
        fields = [_field(text) for text in self.headers]
        given = {name.lower() for name, _ in fields}
        for option, name, value in self._named():
            if name.lower() in given:
                raise UsageError(f"{option} and -H '{name}: ...' say the same; give one of them")
            fields.append((name, value))
        check_headers(fields)
        return tuple(fields)

    def route(self) -> Route:
        """Proxy and certificates; says loudly what is dangerous. Raises UsageError."""
        if self.insecure:
            voice.say(f"warning: {INSECURE}")
        proxy = None if self.proxy is None else check_proxy(self.proxy)
        ca_file = None if self.ca_file is None else str(Path(self.ca_file).absolute())
        return Route(proxy, ca_file, self.insecure)

    def _named(self) -> Iterator[tuple[str, str, str]]:
        """Option, name of the field, value: of each option that is a field of its own."""
        if self.cookies:
            yield "--cookie", "Cookie", _cookie(self.cookies)
        if self.referer is not None:
            yield "--referer", "Referer", self.referer
        if self.user_agent is not None:
            yield "--user-agent", "User-Agent", self.user_agent
        if self.user is not None:
            yield "--user", "Authorization", _basic(self.user)


def _field(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise UsageError("-H wants 'Name: value', with a colon after the name")
    return name, value.strip(" \t")


def _cookie(cookies: tuple[str, ...]) -> str:
    if not all("=" in cookie for cookie in cookies):
        raise UsageError("--cookie wants NAME=VALUE; files of cookies are not read")
    return "; ".join(cookies)


def _basic(user: str) -> str:
    """The value of Authorization (RFC 7617 section 2)."""
    name, colon, password = user.partition(":")
    if not colon:
        password = _asked_password(name)
    if _CONTROL.search(name + password):
        raise UsageError("there is a control character in the name or the password of --user")
    return f"Basic {b64encode(os.fsencode(f'{name}:{password}')).decode('ascii')}"


def _asked_password(name: str) -> str:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise UsageError(
            "--user without a password asks for it on the terminal, but there is none; "
            "write NAME:PASSWORD"
        ) from None
    if _CONTROL.search(name):
        raise UsageError("there is a control character in the name of --user")
    return getpass.getpass(f"password of {name}: ")
