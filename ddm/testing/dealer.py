"""What one seed draws: jobs, servers, limits, a disk's faults, interruptions; `steering` adds what users do."""

from __future__ import annotations

import errno
import random

from ddm.limits import (
    KIB,
    MIB,
    PIECE_ALIGN_BYTES,
    PIECE_MIN_BYTES,
    PROBE_BYTES,
    Limits,
    RetryLimits,
)
from ddm.spec import Checksum, JobSpec
from ddm.testing import steering
from ddm.testing.body import Body, Version
from ddm.testing.faults import DiskFault, Doing
from ddm.testing.origin import Origin
from ddm.testing.scenario import DIRECTORY, Interruption, Scenario
from ddm.testing.served import ServedFile, Traits
from ddm.testing.trouble import Temper, Trouble

_SIZES = (
    *(0, 1, PIECE_ALIGN_BYTES, PROBE_BYTES, 2 * PROBE_BYTES, PIECE_MIN_BYTES),
    *(2 * MIB, 3 * MIB, 3 * MIB, 5 * MIB, 5 * MIB, 9 * MIB),
)
_DISK_ERRORS = {
    Doing.OPEN: (errno.EACCES, errno.EMFILE, errno.ENOSPC),
    Doing.WRITE: (errno.ENOSPC, errno.EIO),
    Doing.SYNC: (errno.EIO, errno.ENOSPC),
    Doing.RENAME: (errno.EIO, errno.EACCES),
}
# A change that the servers' fields do not show would be noticed by nobody without a digest; nor would a flipped bit.
_HIDES_CHANGES = {Trouble.NO_VALIDATOR}
_ONLY_DIGESTS_SHOW = {Trouble.FLIP}
_SECURE = "secure.test"


def draw(seed: int) -> Scenario:
    """The scenario of a seed."""
    scenario = _Dealer(seed).scenario()
    steering.steer(scenario, random.Random(f"steering {seed}"))  # noqa: S311 - a scripted world, no secrets
    return scenario


class _Dealer:
    """Draws one scenario. Each seed gets a few sorts of trouble only: all at once would hide one behind another."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        # Drawn apart, so that a seed stays what it was in all else.
        tls = random.Random(f"tls {seed}")  # noqa: S311 - a scripted world, no secrets
        self._scheme = tls.choice(("http", "http", "https"))
        self._http_version = tls.choice(("1.1", "2", "2"))
        self._chance = random.Random(f"scenario {seed}")  # noqa: S311 - a scripted world, no secrets
        self._calm_s = self._chance.choice((0.0, 2.0, 20.0, 200.0, 200.0))
        self._heirs: list[tuple[ServedFile, Version]] = []
        kinds = list(Trouble)
        self._kinds = self._chance.sample(kinds, self._chance.randint(1, 4))
        self._rate = self._chance.choice((0.0, 0.05, 0.2, 0.5))

    def scenario(self) -> Scenario:
        chance = self._chance
        hosts = [f"{letter}.test" for letter in "abcd"[: chance.randint(1, 3)]]
        origins = [
            Origin(host, calm_s=self._calm_s, http_version=self._http_version) for host in hosts
        ]
        for origin in origins:
            origin.connections_max = chance.choice((None, None, None, 1, 2, 5))
            origin.too_many = chance.choice((503, 403, 0))
            origin.life_s = chance.choice((None, 0.05, 0.5, 3.0))
            origin.expired = chance.choice((401, 403, 404, 410))
        origins.append(Origin(_SECURE, calm_s=self._calm_s))
        jobs = tuple(self._job(number, origins) for number in range(chance.randint(1, 4)))
        named = [f"{DIRECTORY}/{job.name}" for job in jobs if job.name and chance.random() < 0.1]
        return Scenario(
            jobs,
            origins,
            self._limits(),
            self._disk_faults(),
            tuple([f"{DIRECTORY}/file.bin"] * (chance.random() < 0.1) + named),
            self._interruptions(),
            self._heirs,
            self._calm_s,
        )

    def _job(self, number: int, origins: list[Origin]) -> JobSpec:
        chance = self._chance
        *plain, secure = origins
        origin = chance.choice(plain)
        path = f"/{number}/file.bin" if chance.random() < 0.3 else f"/file{number}.bin"
        file = origin.files[path] = self._file(number)
        checksums = self._checksums(file)
        asked = f"{self._scheme}://{origin.host}{path}"
        hop = chance.random()
        if hop < 0.15:
            asker = chance.choice(plain)
            asker.moved[f"/go{number}"] = path if asker is origin else asked
            asked = f"{self._scheme}://{asker.host}/go{number}"
        elif hop < 0.18:
            origin.moved[f"/round{number}"] = f"/round{number}"
            asked = f"{self._scheme}://{origin.host}/round{number}"
        elif hop < 0.22:
            secure.moved[f"/go{number}"] = asked
            asked = f"https://{_SECURE}/go{number}"
        name = f"asked{number}.bin" if chance.random() < 0.2 else None
        return JobSpec(
            asked,
            DIRECTORY,
            name,
            max_segments=chance.choice((0, 0, 0, 1, 2, 5)),
            checksums=checksums,
            allow_downgrade=chance.random() < 0.5,
        )

    def _checksums(self, file: ServedFile) -> tuple[Checksum, ...]:
        """What the user says the file is: mostly nothing. Bits flip only where somebody can tell."""
        drawn = self._chance.random()
        body = file.versions[0].body
        known: tuple[Checksum, ...] = ()
        if drawn < 0.12:
            known = (Checksum("sha-256", body.sha256.hex()),)
        elif drawn < 0.15:
            known = (Checksum("sha-256", "0" * 64),)
        if not known and file.traits.digest is None:
            file.temper.kinds = [k for k in file.temper.kinds if k not in _ONLY_DIGESTS_SHOW]
        return known

    def _file(self, number: int) -> ServedFile:
        chance = self._chance
        validators = chance.choice(("strong", "strong", "strong", "weak", "modified", "none"))
        first = self._version(number, 0, validators)
        traits = Traits(
            ranges=chance.random() < 0.85,
            length=chance.random() < 0.9,
            if_range=chance.choice(("honest", "honest", "ignored", "everything")),
            empty_is_416=chance.random() < 0.5,
            status=chance.choice((404, 403, 410)) if chance.random() < 0.04 else 200,
            hangs_up_bytes=self._hangs_up_bytes(first.body.size),
            digest=chance.choice((None, None, None, None, None, "right", "right", "wrong"))
            if chance.random() < 0.4
            else None,
            disposition=chance.choice((None, None, f'attachment; filename="named{number}.bin"')),
            delay_s=chance.choice((0.001, 0.05, 0.4)),
            speed_bps=chance.choice((1e6, 5e6, 3e7)),
        )
        file = ServedFile([(0.0, first)], traits, Temper(self._kinds, self._rate, self._calm_s))
        if chance.random() < 0.2:
            # Mostly of the same size: a change that lengths do not show.
            size = first.body.size if chance.random() < 0.7 else None
            heir = self._version(number, 1, validators, size)
            if validators != "none" and chance.random() < 0.5:
                file.changes.append((chance.uniform(0.0, 3.0), heir))
            else:
                self._heirs.append((file, heir))
            file.temper.kinds = [kind for kind in self._kinds if kind not in _HIDES_CHANGES]
        return file

    def _hangs_up_bytes(self, size: int) -> int | None:
        """Mostly never; else often enough to be a nuisance, or always at once."""
        chance = self._chance
        if chance.random() < 0.9:
            return None
        return chance.choice((1, 100, 5000, max(16 * KIB, size // 40), max(64 * KIB, size // 7)))

    def _version(self, number: int, age: int, validators: str, size: int | None = None) -> Version:
        chance = self._chance
        if size is None:
            size = max(0, chance.choice(_SIZES) + chance.choice((0, 0, 1, -1, 70_000)))
        etag = {"strong": f'"v{age}"', "weak": f'W/"v{age}"'}.get(validators)
        modified = f"Tue, 14 Nov 2023 22:13:{20 + age} GMT"
        return Version(
            Body(f"{self._seed} {number} {age}", size),
            etag,
            modified if validators in ("weak", "modified") else None,
        )

    def _limits(self) -> Limits:
        chance = self._chance
        return Limits(
            max_total_connections=chance.choice((1, 2, 8, 64)),
            max_connections_per_host=chance.choice((1, 3, 16)),
            min_segments=chance.choice((1, 4)),
            max_segments=chance.choice((1, 2, 4, 16)),
            max_jobs=chance.choice((0, 0, 1, 2)),
            segment_buffer_bytes=64 * KIB,
            stall_timeout_secs=chance.choice((4.0, 60.0)),
            timeout_secs=chance.choice((0.0, 0.0, 0.0, 0.0, 3.0, 100.0)),
            retry=RetryLimits(max_attempts=chance.choice((3, 6))),
        )

    def _disk_faults(self) -> tuple[DiskFault, ...]:
        chance = self._chance
        if chance.random() < 0.7:
            return ()
        doing = chance.choice(list(_DISK_ERRORS))
        most = 40 if doing is Doing.WRITE else 4
        code = chance.choice(_DISK_ERRORS[doing])
        return (DiskFault(doing, chance.randrange(most), chance.choice((1, 1, 3, 10_000)), code),)

    def _interruptions(self) -> tuple[Interruption, ...]:
        chance = self._chance
        count = chance.choice((0, 0, 1, 1, 2, 3))
        return tuple(
            Interruption(
                turn, chance.choice(("stop", "stop", "kill", "power")), chance.random() < 0.5
            )
            for turn in sorted(int(chance.expovariate(1 / 30)) + 1 for _ in range(count))
        )
