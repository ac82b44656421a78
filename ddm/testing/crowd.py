"""Many jobs on origins of different temper, drawn by one seed; all of them can be had."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from ddm.limits import KIB, MIB, PROBE_BYTES, HostLimits, Limits
from ddm.spec import JobSpec
from ddm.testing.body import Body, Version
from ddm.testing.manners import Manners
from ddm.testing.origin import Origin
from ddm.testing.scenario import DIRECTORY
from ddm.testing.served import ServedFile, Traits
from ddm.testing.trouble import Temper

JOBS, ORIGINS = 200, 20
_FOR_EVER_S = 1e9
# Short files are many, as they are on most lists; one in twenty takes its connections for a while.
_SIZES = (
    *(0, 1, 40 * KIB, 40 * KIB, 200 * KIB, PROBE_BYTES, PROBE_BYTES + 1, 700 * KIB),
    *(1 * MIB, 1 * MIB, 2 * MIB, 2 * MIB, 3 * MIB, 3 * MIB, 5 * MIB, 5 * MIB, 8 * MIB, 8 * MIB),
    *(16 * MIB, 32 * MIB),
)


@dataclass(frozen=True, slots=True)
class Sort:
    """One temper: what its files' servers and its connections are like.

    redirects: whether what is asked of it is on another origin.
    """

    traits: Traits
    manners: Manners = field(default_factory=Manners)
    connections_max: int | None = None
    too_many: int = 503
    redirects: bool = False


def _sorts(chance: random.Random, *, rates: bool) -> list[Sort]:
    """One for each origin."""
    fast = Traits(delay_s=0.01, speed_bps=2e7)
    busy_s = chance.randint(1, 5)
    dead_s = chance.uniform(0.5, 3.0)
    return [
        Sort(fast),
        Sort(fast),
        Sort(fast, Manners(total_bps=2e7)),
        Sort(Traits(delay_s=0.05, speed_bps=1e6)),
        Sort(Traits(delay_s=0.02, speed_bps=4e6)),
        Sort(fast, Manners(slow_every=8)),
        Sort(fast, Manners(slow_every=3)),
        Sort(fast, connections_max=4),
        Sort(fast, connections_max=1),
        Sort(fast, Manners(retry_after_s=busy_s), connections_max=2),
        Sort(fast, connections_max=3, too_many=429),
        Sort(fast, Manners(requests_per_s=chance.randint(4, 10) if rates else None)),
        Sort(fast, Manners(requests_per_s=5 if rates else None, retry_after_s=1)),
        Sort(Traits(delay_s=0.01, speed_bps=8e6, hangs_up_bytes=700 * KIB)),
        Sort(Traits(ranges=False, delay_s=0.01, speed_bps=8e6)),
        Sort(Traits(if_range="everything", delay_s=0.01, speed_bps=8e6)),
        Sort(fast, Manners(keeps_alive=False)),
        Sort(Traits(delay_s=0.8, speed_bps=8e6)),
        Sort(fast, Manners(dead_s=(dead_s, dead_s + chance.uniform(0.5, 2.0)))),
        Sort(fast, redirects=True),
    ]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who wants what of whom.

    bodies: of each job's file, by its name. mortal: jobs of an origin that is dead for a while; they may have to be
    tried once more.
    """

    jobs: tuple[JobSpec, ...]
    origins: list[Origin]
    limits: Limits
    bodies: dict[str, Body]
    mortal: frozenset[int]


def draw(seed: int, *, rates: bool = True) -> Crowd:
    """The crowd of a seed. rates: whether some of the origins count requests."""
    chance = random.Random(f"crowd {seed}")  # noqa: S311 - a scripted world, no secrets
    sorts = _sorts(chance, rates=rates)
    chance.shuffle(sorts)
    origins = [
        Origin(
            f"o{number}.test" if number % 3 else f"o{number}.test:8080",
            connections_max=sort.connections_max,
            too_many=sort.too_many,
            calm_s=_FOR_EVER_S,
            manners=sort.manners,
        )
        for number, sort in enumerate(sorts)
    ]
    homes = [number for number, sort in enumerate(sorts) if not sort.redirects]
    jobs, bodies, mortal = [], {}, set()
    for number in range(JOBS):
        asked = home = chance.randrange(ORIGINS)
        path, name = f"/{number}", f"{number}.bin"
        if sorts[asked].redirects:
            home = chance.choice(homes)
            origins[asked].moved[path] = f"http://{origins[home].host}{path}"
        bodies[name] = Body(f"{seed} {number}", chance.choice(_SIZES))
        origins[home].files[path] = _served(bodies[name], sorts[home].traits, chance.random)
        if sorts[home].manners.dead_s < (_FOR_EVER_S, _FOR_EVER_S):
            mortal.add(number + 1)
        jobs.append(
            JobSpec(
                f"http://{origins[asked].host}{path}",
                DIRECTORY,
                name,
                max_segments=chance.choice((0, 0, 0, 0, 1, 3)),
                priority=chance.choice((0, 0, 0, 0, 1, -1)),
            )
        )
    return Crowd(tuple(jobs), origins, _limits(chance, origins), bodies, frozenset(mortal))


def _served(body: Body, traits: Traits, chance: Callable[[], float]) -> ServedFile:
    etag = '"v"' if chance() < 0.8 else None
    version = Version(body, etag, "Tue, 14 Nov 2023 22:13:20 GMT")
    return ServedFile([(0.0, version)], traits, Temper(calm_s=_FOR_EVER_S))


def _limits(chance: random.Random, origins: list[Origin]) -> Limits:
    most = chance.choice((64, 64, 64, 24, 8))
    return Limits(
        max_total_connections=most,
        max_connections_per_host=chance.choice((16, 16, 6)),
        max_segments=chance.choice((16, 16, 4)),
        max_jobs=chance.choice((0, 0, 10)),
        hosts={
            f"http:{origin.host if ':' in origin.host else f'{origin.host}:80'}": HostLimits(most)
            for origin, most in zip(chance.sample(origins, 4), (1, 2, 5, 24), strict=True)
        },
    )
