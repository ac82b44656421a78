"""The watcher: looks at the whole world from outside, knows what every byte should be, and trusts nobody's word for it.

Promises 1 and 2: a final name holds exactly the bytes of one version of what its server described,
from the instant it appears, and a job is DONE only if its name does. Besides: claims are never more
than the disk rightly holds, what is claimed is not written again, connections stay within their
limits, nobody is asked too often.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from ddm.byteranges import RangeSet
from ddm.limits import PART_SUFFIX, Limits
from ddm.record import JobRecord, State
from ddm.spec import JobSpec
from ddm.testing.body import Version
from ddm.testing.disk import SimDisk
from ddm.testing.origin import Internet
from ddm.testing.part import Inode
from ddm.testing.story import Story

REQUESTS_MAX = 300


class Watcher:
    """Fits `disk.DiskWatcher` and `store.StoreWatcher`; `after_turn` is called by the world."""

    def __init__(
        self, internet: Internet, versions: list[Version], limits: Limits, story: Story
    ) -> None:
        self._internet = internet
        self._limits = limits
        self._story = story
        self._versions = versions
        # Per inode and version, by its place in the list: what of the file's content is right.
        self._right: dict[int, dict[int, RangeSet]] = defaultdict(lambda: defaultdict(RangeSet))
        # Bits that flipped on the way: nobody can know, but who knows a digest.
        self._flips: dict[int, RangeSet] = defaultdict(RangeSet)
        self._owed: dict[int, RangeSet] = defaultdict(RangeSet)
        self._inodes: dict[int, int] = {}  # by job
        self._claims: dict[int, RangeSet] = {}  # by job
        self._published: set[int] = set()
        self._checked: set[int] = set()
        self._changed: set[int] = set()
        self._asked: Counter[str] = Counter()

    # -- what the disk tells ------------------------------------------------------------------

    def wrote(self, inode: Inode, offset: int, data: bytes) -> None:
        """Note which version's bytes these are."""
        written = RangeSet.of(offset, offset + len(data))
        if inode.number in self._published:
            raise self._story.violation(f"{written} of a file written after it had its final name")
        for job_id, claimed in self._claims.items():
            if self._inodes.get(job_id) == inode.number and claimed.minus(written) != claimed:
                raise self._story.violation(f"job {job_id}: {written} written again, of {claimed}")
        self._owed[inode.number] = self._owed[inode.number].union(written)
        right = self._right[inode.number]
        flip = RangeSet()
        held = [i for i, version in enumerate(self._versions) if version.body.holds(data, offset)]
        if not held:  # else a byte of one version might look like a flipped one of another
            for index, version in enumerate(self._versions):
                body = version.body
                if body.holds(body.flipped(data, offset), offset):
                    held.append(index)
                    flip = RangeSet.of(body.flip_at, body.flip_at + 1)
        for index in held:
            right[index] = right[index].union(written)
        for index in right.keys() - held:
            right[index] = right[index].minus(written)
        if flip or self._flips[inode.number]:
            self._flips[inode.number] = self._flips[inode.number].minus(written).union(flip)

    def lost(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody may count on these bytes: a power cut took them, or a write failed half way."""
        right = self._right[inode.number]
        for index in right:
            right[index] = right[index].minus(ranges)
        self._owed[inode.number] = self._owed[inode.number].minus(ranges)
        if inode.number in self._published and ranges:
            raise self._story.violation(f"{ranges} of a published file were lost")

    def published(self, path: str, inode: Inode) -> None:
        """A final name appeared: it has to be whole at this instant (promise 2)."""
        self._story.tell(f"{path} appears")
        self._published.add(inode.number)
        if not self._whole_as(inode):
            right = {i: str(r) for i, r in self._right[inode.number].items()}
            raise self._story.violation(
                f"{path} ({len(inode.content)} bytes) is no version of anything: {right}"
            )
        if inode.unsynced:
            raise self._story.violation(f"{path} got its name before {inode.unsynced} was synced")

    # -- what the store tells -----------------------------------------------------------------

    def claims(self, job_id: int, inode: int | None, written: RangeSet) -> None:
        """A job claims this, of another file than before if `inode` is given."""
        if inode is not None:
            self._inodes[job_id] = inode
        self._claims[job_id] = written
        self._changed.add(job_id)

    def takes_back(self, job_id: int, written: RangeSet) -> None:
        """A job claims no more than this from now on, whatever it wrote."""
        inode = self._inodes.get(job_id, 0)
        owed = self._owed[inode]
        self._owed[inode] = owed.minus(owed.minus(written))

    def set_state(self, job_id: int, state: State, why: str | None) -> None:
        """A job is in this state."""
        self._story.tell(f"job {job_id} {state.value}{': ' + why if why else ''}")
        self._changed.add(job_id)

    def reread(self, record: JobRecord, disk: SimDisk) -> None:
        """After a crash nothing is owed but the claims that may be believed."""
        if record.part is None or record.part.inode in self._published:
            return
        written = record.written if record.part.boot_id == disk.boot_id else record.synced
        self.claims(record.id, record.part.inode, written)
        self.takes_back(record.id, written)

    # -- what the world asks ------------------------------------------------------------------

    def changed(self) -> set[int]:
        """The jobs whose rows changed since this was last asked."""
        changed, self._changed = self._changed, set()
        return changed

    def check_rows(self, records: Iterable[JobRecord], disk: SimDisk) -> None:
        """Check what the store says against what is there."""
        for record in records:
            if record.state is State.DONE:
                self._check_done(record, disk)
            elif record.part is not None:
                self._check_claims(record, disk)

    def _check_done(self, record: JobRecord, disk: SimDisk) -> None:
        path = f"{record.spec.directory}/{record.name}"
        inode = disk.files.get(path)
        if inode is None or path in disk.foreign:
            raise self._story.violation(f"job {record.id} is DONE, but {path} is not there")
        file = self._internet.file(record.spec.url)
        served = file.versions if file else []
        versions = [version for version in self._whole_as(inode) if version in served]
        if not versions:
            raise self._story.violation(f"job {record.id} is DONE, but {path} holds other bytes")
        if record.id not in self._checked:
            self._checked.add(record.id)
            body = versions[0].body
            if inode.content != body.read(0, body.size):
                raise self._story.violation(f"job {record.id} is DONE, but {path} reads otherwise")

    def _check_claims(self, record: JobRecord, disk: SimDisk) -> None:
        file = self._internet.file(record.spec.url)
        if file is None or record.part is None:
            return
        believed = record.synced
        if record.part.boot_id == disk.boot_id:
            believed = believed.union(record.written)
        holds = [
            self._right[record.part.inode][index]
            for index, version in enumerate(self._versions)
            if version in file.versions and _described(version, record)
        ]
        if believed and not any(believed.is_subset(right) for right in holds):
            raise self._story.violation(f"job {record.id} claims {believed}, the disk has {holds}")

    def owed(self, record: JobRecord, disk: SimDisk) -> RangeSet:
        """What a job wrote to its part file and did not take back; a failed sync excuses what it was to cover."""
        part = disk.files.get(f"{record.spec.directory}/{record.name}{PART_SUFFIX}")
        if part is None or record.part is None or part.number != record.part.inode:
            return RangeSet()
        return self._owed[part.number].minus(part.poisoned)

    def check_names(self, disk: SimDisk) -> None:
        """No final name holds anything but a whole file; foreign files are as they were."""
        for path, inode in disk.files.items():
            if path in disk.foreign:
                if inode.content != b"not yours":
                    raise self._story.violation(f"{path} is somebody else's and was overwritten")
            elif not path.endswith(PART_SUFFIX) and not self._whole_as(inode):
                raise self._story.violation(f"{path} is there and not whole")

    def check_strays(self, records: list[JobRecord], disk: SimDisk) -> None:
        """At the end there is one file for each job that is DONE, and no other."""
        done = [f"{r.spec.directory}/{r.name}" for r in records if r.state is State.DONE]
        appeared = [p for p in disk.files if p not in disk.foreign and not p.endswith(PART_SUFFIX)]
        if sorted(done) != sorted(appeared):
            raise self._story.violation(f"{sorted(done)} are DONE, {sorted(appeared)} are there")

    def check_connections(self, urls: Iterable[str], jobs: Iterable[JobSpec]) -> None:
        """Transfers in all, per host, per job."""
        running = list(urls)
        if len(running) > self._limits.max_total_connections:
            raise self._story.violation(f"{len(running)} connections in all")
        for host, count in Counter(urlsplit(url).netloc for url in running).items():
            if count > self._limits.max_connections_per_host:
                raise self._story.violation(f"{count} connections to {host}")
        per_file = Counter(id(self._internet.file(url)) for url in running)
        for spec in jobs:
            most = min(spec.max_segments or self._limits.max_segments, self._limits.max_segments)
            if (file := self._internet.file(spec.url)) and per_file[id(file)] > most:
                raise self._story.violation(f"{per_file[id(file)]} connections for {spec.url}")

    def begin_run(self) -> None:
        """Requests are counted anew."""
        self._asked = self._internet.requests.copy()

    def check_requests(self, jobs: Iterable[JobSpec]) -> None:
        """Nobody is asked too often for anything in one run (promise 9)."""
        made = self._internet.requests
        if made.total() - self._asked.total() <= REQUESTS_MAX:
            return
        for spec in jobs:
            count = sum(made[url] - self._asked[url] for url in self._internet.chain(spec.url))
            if count > REQUESTS_MAX:
                raise self._story.violation(f"{count} requests for {spec.url}")

    def _whole_as(self, inode: Inode) -> list[Version]:
        """The versions that the file is, to the last byte. More than one only if they are equal, as empty ones are."""
        held = self._right[inode.number]
        return [
            version
            for index, version in enumerate(self._versions)
            if not self._flips[inode.number]
            and len(inode.content) == version.body.size
            and held[index] == RangeSet.of(0, version.body.size)
        ]


def _described(version: Version, record: JobRecord) -> bool:
    """Whether the row may speak of this version. A field that was left out says nothing."""
    return (
        record.size_bytes in (None, version.body.size)
        and record.etag in (None, version.etag)
        and record.last_modified in (None, version.last_modified)
    )
