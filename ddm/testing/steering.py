"""What one seed draws beside the downloads: wishes, jobs added later, crashes within a turn, a store in trouble."""

from __future__ import annotations

import errno
import random
from dataclasses import replace

from ddm.testing.faults import DiskFault, Doing, StoreFault
from ddm.testing.scenario import Interruption, Scenario, What, Wish

# Longer than another process needs for a transaction; shorter than a job's patience.
_BUSY_S = (0.03, 0.4, 3.0)


def steer(scenario: Scenario, chance: random.Random) -> None:
    """Draw all of it."""
    scenario.interruptions = tuple(_interruptions(scenario, chance))
    scenario.disk_faults = tuple(_in_time(fault, chance) for fault in scenario.disk_faults)
    if not scenario.disk_faults and chance.random() < 0.05:
        error = chance.choice((errno.EIO, errno.EACCES))
        doing = chance.choice((Doing.REMOVE, Doing.SETTLE, Doing.READ))
        scenario.disk_faults = (DiskFault(doing, 0, chance.choice((1, 1, 10_000)), error),)
    scenario.store_faults = _store_faults(chance)
    scenario.gives_up = chance.random() < 0.5
    scenario.checks = chance.random() < 0.25
    if chance.random() < 0.3:
        scenario.wishes = tuple(_wishes(scenario, chance))
    if len(scenario.jobs) > 1 and chance.random() < 0.2:
        count = chance.randrange(1, len(scenario.jobs))
        scenario.added = tuple(sorted(_turn(chance) for _ in range(count)))


def _turn(chance: random.Random) -> int:
    return int(chance.expovariate(1 / 30)) + 1


def _interruptions(scenario: Scenario, chance: random.Random) -> list[Interruption]:
    """Half of the crashes strike within a turn; some again while what they left is put right."""
    found = []
    for interruption in scenario.interruptions:
        found.append(interruption)
        if interruption.how == "stop" or chance.random() < 0.5:
            continue
        operation, after = chance.choice((0, 1, 2, 5, 20)), chance.random() < 0.5
        found[-1] = replace(interruption, operation=operation, after=after)
        if chance.random() < 0.2:
            again = Interruption(
                interruption.turn, "kill", operation=chance.randrange(8), after=not after
            )
            found.append(again)
    return found


def _in_time(fault: DiskFault, chance: random.Random) -> DiskFault:
    """A disk that is full is so for a while, and mostly shows it."""
    if fault.errno != errno.ENOSPC or fault.doing is Doing.SYNC or chance.random() < 0.2:
        return fault
    return replace(fault, lasts_s=chance.choice((0.5, 5.0, 500.0)), quota=chance.random() < 0.2)


def _store_faults(chance: random.Random) -> tuple[StoreFault, ...]:
    if chance.random() < 0.85:
        return ()
    if chance.random() < 0.6:
        lasts_s = chance.choice(_BUSY_S)
        return (StoreFault(Doing.BEGIN, chance.randrange(30), 0, lasts_s, busy=True),)
    doing = chance.choice((Doing.BEGIN, Doing.STORE, Doing.COMMIT, Doing.LOOK))
    return (StoreFault(doing, chance.randrange(30), chance.choice((1, 3))),)


def _wishes(scenario: Scenario, chance: random.Random) -> list[Wish]:
    """A job that is to go is wished nothing more for."""
    kinds: tuple[What, ...] = ("pause", "pause", "resume", "resume", "check", "remove", "delete")
    wishes: list[Wish] = []
    doomed: set[int] = set()
    for turn in sorted(_turn(chance) for _ in range(chance.randint(1, 8))):
        job, what = chance.randrange(len(scenario.jobs)), chance.choice(kinds)
        if job not in doomed:
            wishes.append(Wish(turn, job, what))
            if what in {"remove", "delete"}:
                doomed.add(job)
    return wishes
