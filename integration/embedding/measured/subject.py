"""One run in a process of its own: what is told in JSON on the command line, and what came out, on stdout."""

from __future__ import annotations

import os
import resource
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec

import ddm
from ddm.limits import Limits
from ddm.record import State
from ddm.turns import TurnFigures
from integration.embedding.measured.bare import Bare
from integration.embedding.measured.guests import Guest, Rest, Turning
from integration.embedding.measured.loops import LOOPS
from integration.embedding.measured.ticks import Lateness, Ticks

REST_S = 2.0


class Run(msgspec.Struct, frozen=True):
    """What to do.

    guest: "ddm", "bare", "rest", or "turns", which are as many as `files` says. url: of the files, which have their
    number after it. directory: where files go; "" for nowhere. state_dir: "" for none. ticks: whether the loop ticks.
    turn_budget_s: None is the default.
    """

    guest: str
    loop: str
    url: str = ""
    files: int = 0
    at_once: int = 64
    directory: str = ""
    state_dir: str = ""
    ticks: bool = False
    turn_budget_s: float | None = None


class Report(msgspec.Struct, frozen=True):
    """What came out. cpu_s: of the process, user and system; children_s: of its children. turns: a manager's."""

    wall_s: float
    cpu_s: float
    children_s: float
    lateness: Lateness | None
    turns: TurnFigures | None


def run(asked: Run) -> Report:
    """Do it, in this process."""
    before_s, begun_s = _cpu_s(resource.RUSAGE_SELF), time.monotonic()
    turns = None
    with ExitStack() as exits:
        guest = _guest(asked, exits)
        ticks = Ticks() if asked.ticks else None
        LOOPS[asked.loop](guest, ticks)
        if isinstance(guest, ddm.Manager):
            turns = guest.turns()
    wall_s = time.monotonic() - begun_s
    cpu_s = _cpu_s(resource.RUSAGE_SELF) - before_s
    with suppress(ChildProcessError):
        while True:
            os.wait()
    children_s = _cpu_s(resource.RUSAGE_CHILDREN)
    return Report(wall_s, cpu_s, children_s, ticks and ticks.lateness(), turns)


def _guest(asked: Run, exits: ExitStack) -> Guest:
    urls = [f"{asked.url}{number}" for number in range(asked.files)]
    if asked.guest == "rest":
        return Rest(REST_S)
    if asked.guest == "bare":
        directory = Path(asked.directory) if asked.directory else None
        return exits.enter_context(Bare(urls, asked.at_once, directory))
    if asked.guest == "turns":
        return exits.enter_context(Turning.open(None)).begin(asked.files)
    limits = Limits(max_total_connections=asked.at_once, max_connections_per_host=asked.at_once)
    state_dir = asked.state_dir or None
    manager = ddm.Manager.open(state_dir, limits, turn_budget_s=asked.turn_budget_s)
    exits.enter_context(manager)
    jobs = [manager.add(url, asked.directory + "/") for url in urls]
    exits.callback(_check, jobs)
    return manager


def _warm_up(asked: Run) -> None:
    """Import what is needed: that is a program's start, not what a transfer costs."""
    LOOPS[asked.loop](Rest(0), None)
    with ddm.Manager.open(None) as manager:
        LOOPS[asked.loop](manager, None)


def _check(jobs: list[ddm.Job]) -> None:
    assert all(job.state is State.DONE for job in jobs), "a job did not end well"


def _cpu_s(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.argv[1], type=Run)
    try:
        _warm_up(asked)
    except ImportError as error:
        sys.exit(f"{asked.loop} is left out: {error}")
    sys.stdout.buffer.write(msgspec.json.encode(run(asked)))
