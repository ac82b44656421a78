"""What `get` and `add` do before there are jobs: digests are looked up, or it is only told what would be."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ddm import config
from ddm.cli.asking.asked import Asked
from ddm.cli.showing import voice
from ddm.limits import Limits
from ddm.spec import JobSpec

Flags = Mapping[str, object]


def specs_of(asked: Asked, flags: Flags | None = None) -> list[JobSpec]:
    """The jobs that are asked for, with the digests of --checksums. Raises UsageError, ConfigError, DownloadError."""
    specs = asked.specs()
    if asked.sums_from is None:
        return specs
    from ddm.cli.working.listed_sums import with_sums  # noqa: PLC0415 - few ask for it

    limits = _limits(flags, write=not asked.dry_run)
    return with_sums(specs, asked.sums_from, limits)


def told(asked: Asked, specs: Sequence[JobSpec], flags: Flags | None = None) -> int:
    """The exit status of --dry-run. Raises ConfigError."""
    from ddm.cli.working.dry_run import dry_run  # noqa: PLC0415 - few ask for it

    return dry_run(specs, _limits(flags, write=False), as_json=asked.as_json)


def _limits(flags: Flags | None, *, write: bool) -> Limits:
    """The limits that hold; `write`: whether config.toml is written if it is missing. Raises ConfigError."""
    loaded = config.load(os.environ, overrides=flags, write=write)
    for notice in loaded.notices:
        voice.say(notice)
    return loaded.limits
