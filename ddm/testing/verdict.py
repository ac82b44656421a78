"""How a job has to end, once calm has come and it was tried once more."""

from __future__ import annotations

from ddm.limits import PART_SUFFIX
from ddm.record import JobRecord, State
from ddm.testing.disk import SimDisk
from ddm.testing.origin import Internet
from ddm.testing.scenario import Scenario
from ddm.testing.story import Story


class Judge:
    """Knows what can be had, and what never."""

    def __init__(self, scenario: Scenario, internet: Internet, disk: SimDisk, story: Story) -> None:
        self._scenario = scenario
        self._internet = internet
        self._disk = disk
        self._story = story

    def check_end(self, record: JobRecord) -> None:
        """Only what can never be had may have failed, and never be DONE."""
        if record.state is State.DONE:
            if why := self._must_fail(record):
                raise self._story.violation(f"job {record.id} is DONE, though {why}")
            return
        said = record.error.message if record.error else "no reason"
        if record.state is State.FAILED and self._may_fail(record):
            return
        raise self._story.violation(f"job {record.id} ended {record.state.value}: {said}")

    def check_strays(self, records: list[JobRecord], left_behind: list[str]) -> None:
        """There is one file for each job that is DONE, and no other but what removed jobs were to leave behind."""
        done = [f"{r.spec.directory}/{r.name}" for r in records if r.state is State.DONE]
        files, foreign = self._disk.files, self._disk.foreign
        ours = [path for path in files if path not in foreign and not path.endswith(PART_SUFFIX)]
        if sorted(done + left_behind) != sorted(ours):
            raise self._story.violation(f"{sorted(done)} are DONE, {sorted(ours)} are there")

    def _may_fail(self, record: JobRecord) -> bool:
        file = self._internet.file(record.spec.url)
        if file is None or file.traits.status != 200 or self._must_fail(record):
            return True
        kind = record.error.kind if record.error else None
        if kind == "stalled" and self._scenario.limits.timeout_secs:
            return True
        if kind == "digest-mismatch":  # also where what was asked for is no longer there
            return file.traits.digest == "wrong" or bool(record.spec.checksums and file.changes[1:])
        if kind == "file-exists":
            return self._is_in_the_way(f"{record.spec.directory}/{record.spec.name}", record)
        return len(file.changes) > 1 and kind == "changed"

    def _is_in_the_way(self, path: str, record: JobRecord) -> bool:
        """Whether somebody else's file, or a part file of which a crash left no record, has the name asked for."""
        orphan = self._disk.files.get(path + PART_SUFFIX)
        own = record.part.inode if record.part else None
        return path in self._disk.foreign or (orphan is not None and orphan.number != own)

    def _must_fail(self, record: JobRecord) -> str | None:
        """Why a job may never be DONE."""
        spec, file = record.spec, self._internet.file(record.spec.url)
        schemes = [url.partition(":")[0] for url in self._internet.chain(spec.url)]
        if schemes[0] == "https" and "http" in schemes and not spec.allow_downgrade:
            return "its redirect leaves https"
        if file is None:
            return "there is no file"
        digests = {version.body.sha256.hex() for version in file.versions if spec.checksums}
        if any(checksum.hex not in digests for checksum in spec.checksums):
            return "its checksum is no version's"
        if file.traits.digest == "wrong" and record.size_bytes:
            return "its server's digest is wrong"
        return None
