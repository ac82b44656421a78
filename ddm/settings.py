"""What a user may set: every key of `Limits` with its bounds, its unit and one sentence about it.

The configuration file, the DDM_* variables, the error messages and docs/configuration.md are all
made from this one table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from operator import attrgetter

from msgspec import Struct

from ddm.http.url import Origin
from ddm.limits import KIB, MIB, Limits
from ddm.units import format_bytes

# A key in the table of an origin; a shell takes the quotes away.
HOST_KEY = re.compile(r"""hosts\.["']?(.*?)["']?\.([^."']*)""")

Number = int | float
Value = Number | str


class Setting(Struct, frozen=True):
    """One key.

    key: the field of Limits; "retry.max_attempts" is `max_attempts` in the table [retry].
    minimum, maximum: bounds, both allowed, in the setting's unit; of a text, of its length in characters.
    """

    key: str
    minimum: Number
    maximum: Number
    unit: str
    meaning: str

    @property
    def path(self) -> tuple[str, ...]:
        """The TOML keys that lead to it."""
        return tuple(self.key.split("."))

    @property
    def default(self) -> Value:
        """What holds when nobody says anything; its type is the setting's type."""
        value: Value = attrgetter(self.key)(Limits())
        return value

    @property
    def table(self) -> str:
        """The TOML table the key stands in; "" is the top of the file."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The key's own name in its table."""
        return self.key.rpartition(".")[2]

    @property
    def variable(self) -> str:
        """The environment variable that sets it; "" for what only the file can set."""
        return "DDM_" + self.key.upper().replace(".", "_")

    @property
    def in_bytes(self) -> bool:
        """Whether it may be written as "5M"."""
        return self.unit.startswith("bytes")

    @property
    def is_text(self) -> bool:
        """Whether it is a command, and no number."""
        return isinstance(self.default, str)

    def toml(self, value: Value) -> str:
        """A value as the file writes it."""
        if isinstance(value, str):
            return _toml_text(value)
        text = format_bytes(int(value)) if self.in_bytes else str(value)
        return f'"{text}"' if text[-1].isalpha() else text

    @property
    def bounds(self) -> str:
        """The bounds and the unit, for people: "1 to 512 connections"."""
        if self.is_text:
            return f"{self.unit} of at most {self.maximum} characters"
        low, high = (
            format_bytes(int(bound)) if self.in_bytes else f"{bound:.10g}"
            for bound in (self.minimum, self.maximum)
        )
        return f"{low} to {high} {self.unit}"


class HostSetting(Setting, frozen=True):
    """A key in the table of one origin; only the file can set it.

    origin: as the file writes it, "https://example.org" or in another way that `Origin.of_key` reads.
    """

    origin: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """See Setting."""
        return (HOSTS, self.origin, self.name)

    @property
    def default(self) -> Value:
        """What holds for other origins when nobody says anything."""
        return Limits().max_connections_per_host

    @property
    def variable(self) -> str:
        """None: the characters of a URL do not go into a name."""
        return ""


# fmt: off
SETTINGS = (
    # 512 connections and their files fit in the usual limit of 1024 descriptors.
    Setting("max_total_connections", 1, 512, "connections", "Connections of the whole program."),
    Setting("max_connections_per_host", 1, 512, "connections",
            "Connections to one origin, over all jobs."),
    Setting("min_segments", 1, 512, "connections",
            "Connections that a file gets as soon as it has 256 KiB for each."),
    Setting("max_segments", 1, 512, "connections", "Connections of one job."),
    Setting("max_jobs", 0, 512, "jobs",
            "Jobs in work at once; 0 is as many as there are connections."),
    # libcurl hands over up to 16 KiB; above 1 MiB many transfers take too much memory.
    Setting("segment_buffer_bytes", 16 * KIB, 1 * MIB, "bytes",
            "What a connection collects before it is written."),
    Setting("max_bytes_per_sec", 0, 1 << 40, "bytes per second",
            "Speed of all jobs together; 0 is no limit."),
    Setting("connect_timeout_secs", 0.1, 600, "seconds",
            "How long a connection may take to be made."),
    # Not 0: without a limit for stalls a transfer could hang for ever.
    Setting("stall_timeout_secs", 1, 3600, "seconds",
            "How long a transfer may stay below stall_bytes_per_sec; then it is tried again."),
    Setting("stall_bytes_per_sec", 1, 1 << 30, "bytes per second",
            "The speed below which a transfer has stalled."),
    Setting("timeout_secs", 0, 30 * 86400, "seconds",
            "How long a job may take as a whole; 0 is no limit."),
    Setting("max_wait_secs", 0, 86400, "seconds",
            "The longest Retry-After that is obeyed; a longer one fails the job."),
    # As long as a line of a terminal's input may be.
    Setting("on_done", 0, 4096, "a command",
            "What to run for each file that is whole, without a shell."),
    Setting("on_error", 0, 4096, "a command",
            "What to run for each file that failed, without a shell."),
    Setting("retry.max_attempts", 1, 100, "tries",
            "Tries without a byte of progress before a job fails."),
    # Not 0: that would hammer a server that is in trouble.
    Setting("retry.base_delay_secs", 0.01, 60, "seconds",
            "The longest first wait; each further wait may be twice as long."),
    Setting("retry.max_delay_secs", 0.1, 3600, "seconds", "The longest wait between two tries."),
)
# fmt: on

TABLES = ("retry",)

# The table of tables, one for each origin that is to be treated in its own way, and the keys of those.
HOSTS = "hosts"
HOST_KEYS = ("max_connections",)

# A pair that contradicts itself when the first is greater than the second.
ORDERED = (
    ("min_segments", "max_segments"),
    ("retry.base_delay_secs", "retry.max_delay_secs"),
)


def of_host(origin: str, name: str = HOST_KEYS[0]) -> HostSetting:
    """A key in the table of an origin, which is as the file writes it."""
    return HostSetting(
        f'{HOSTS}."{origin}".{name}',
        1,
        512,
        "connections",
        "Connections to this origin, over all jobs, in place of max_connections_per_host.",
        origin,
    )


def defaults() -> dict[str, Value]:
    """Every key and its default."""
    return {setting.key: setting.default for setting in SETTINGS}


def nested(values: Mapping[str, Value]) -> dict[str, object]:
    """Values by key, in the shape of the file and of Limits: one mapping for each table; origins by `Origin.key`."""
    top: dict[str, object] = {key: value for key, value in values.items() if "." not in key}
    top[HOSTS] = {
        Origin.of_key(found[1]).key: {found[2]: value}
        for key, value in values.items()
        if (found := HOST_KEY.fullmatch(key))
    }
    for table in TABLES:
        start = f"{table}."
        top[table] = {
            key.removeprefix(start): value for key, value in values.items() if key.startswith(start)
        }
    return top


def _toml_text(value: str) -> str:
    """A TOML string; one without escapes if that is possible, for people."""
    if "'" not in value:
        return f"'{value}'" if '"' in value or "\\" in value else f'"{value}"'
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
