"""A world to run: jobs, servers, limits, faults, what users wish, and when somebody pulls the plug."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ddm.limits import Limits
from ddm.spec import JobSpec
from ddm.testing.body import Version
from ddm.testing.faults import DiskFault, NthFault, StoreFault
from ddm.testing.origin import Origin
from ddm.testing.served import ServedFile

DIRECTORY = "/downloads"
How = Literal["stop", "kill", "power"]
What = Literal["pause", "resume", "remove", "delete", "check"]


@dataclass(frozen=True, slots=True)
class Interruption:
    """At a turn (counted over all runs), one run ends: told to stop, killed, or the machine's power is cut.

    operation: None between two turns; else at the operation of disk or store that comes after so many others, right
    before it or, if `after`, right after it. change: whether every file that has an `heir` gets it before the next run.
    """

    turn: int
    how: How
    change: bool = False
    operation: int | None = None
    after: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """At a turn another process wishes something for a job (counted from 0).

    "delete" is to remove it with its files, "check" to ask whether a file that is DONE is still the server's.
    """

    turn: int
    job: int
    what: What


@dataclass(slots=True)
class Scenario:
    """A world to run.

    heirs: (file, version) for changes between runs. added: the turns at which the last jobs are added, one each.
    gives_up: whether the process leaves when all that is left waits for room. checks: whether in the end every file is
    asked for again, some of them changed.
    """

    jobs: tuple[JobSpec, ...]
    origins: list[Origin]
    limits: Limits = field(default_factory=Limits)
    disk_faults: tuple[DiskFault, ...] = ()
    foreign: tuple[str, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    heirs: list[tuple[ServedFile, Version]] = field(default_factory=list)
    calm_s: float = 0.0
    store_faults: tuple[StoreFault, ...] = ()
    nth: NthFault | None = None
    wishes: tuple[Wish, ...] = ()
    added: tuple[int, ...] = ()
    gives_up: bool = False
    checks: bool = False
