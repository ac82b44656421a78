"""Options that set a limit for one run: they go before the configuration and are not stored."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

import click

from ddm import redact
from ddm.cli.sections import SectionOption
from ddm.settings import SETTINGS, Setting
from ddm.units import format_bytes, parse_bytes

Command = TypeVar("Command", bound=Callable[..., Any])

_BY_KEY = {setting.key: setting for setting in SETTINGS}
# Option, key of the setting, what the value is called, what it means.
_FLAGS = (
    ("--jobs", "max_jobs", "N", "Files that are fetched at once; 0 is one for each connection."),
    (
        "--limit-rate",
        "max_bytes_per_sec",
        "RATE",
        "Speed of all files together, in bytes per second: 500K, 5M; off is no limit.",
    ),
    (
        "--max-tries",
        "retry.max_attempts",
        "N",
        "Tries without a byte of progress, then a file fails.",
    ),
    (
        "--max-wait",
        "max_wait_secs",
        "SECONDS",
        "The longest Retry-After that is obeyed; a longer one fails the file.",
    ),
    (
        "--connect-timeout",
        "connect_timeout_secs",
        "SECONDS",
        "How long a connection may take to be made.",
    ),
    (
        "--stall-timeout",
        "stall_timeout_secs",
        "SECONDS",
        "How long next to nothing may come; then the request is tried again.",
    ),
    ("--timeout", "timeout_secs", "SECONDS", "How long a file may take as a whole; 0 is no limit."),
)


class Rate(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no argument for it
    """Bytes per second, as "500K" or "5M"; 0 for "off", which is no limit."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """See click."""
        if isinstance(value, int):
            return value
        try:
            found = 0 if value.lower() == "off" else parse_bytes(value)
        except ValueError:
            way = "say bytes per second, such as 500K or 5M, or off"
            self.fail(f"{redact.short(value)!r} is no speed; {way}.", param, ctx)
        most = int(_BY_KEY["max_bytes_per_sec"].maximum)
        if found > most:
            self.fail(f"{format_bytes(most)} bytes per second is the most.", param, ctx)
        return found


class Seconds(click.FloatRange):
    """A range of seconds; what is no number is not in it."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """See click. "nan" is neither below nor above anything."""
        found = float(super().convert(value, param, ctx))
        if math.isnan(found):
            self.fail(f"{value!r} is no number of seconds.", param, ctx)
        return found


# What the --limit-rate of a command is that puts jobs into the queue.
RATE_OF_EACH: dict[str, Any] = {
    "type": Rate(),
    "metavar": "RATE",
    "help": "Speed of each file, in bytes per second: 500K, 5M. Default: no limit of its own.",
}


def bounds(key: str) -> click.IntRange | Seconds | Rate:
    """The type of an option that sets this setting."""
    setting = _BY_KEY[key]
    if setting.in_bytes:
        return Rate()
    if isinstance(setting.default, int):
        return click.IntRange(int(setting.minimum), int(setting.maximum))
    return Seconds(setting.minimum, setting.maximum)


def parameters(function: Command) -> Command:
    """Give a command these options; it gets them as `flags`, as `config.load` takes them."""

    @wraps(function)
    def command(**values: Any) -> Any:
        flags = {key: values.pop(_parameter(key)) for _, key, _, _ in _FLAGS}
        return function(flags=flags, **values)

    for option, key, metavar, meaning in reversed(_FLAGS):
        command = click.option(
            option,
            _parameter(key),
            cls=partial(SectionOption, section="Limits of this run"),  # type: ignore[arg-type]  # makes one
            type=bounds(key),
            metavar=metavar,
            help=f"{meaning} Default: {_default(_BY_KEY[key])}.",
        )(command)
    return command  # type: ignore[return-value]  # a command that takes more


def _parameter(key: str) -> str:
    """The name of a setting as click knows it."""
    return key.replace(".", "_")


def _default(setting: Setting) -> str:
    return f"{setting.default:g}, or {setting.name} of config.toml"
