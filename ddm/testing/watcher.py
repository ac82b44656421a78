"""The watcher: looks at the whole world from outside, knows what every byte should be, and trusts nobody's word for it.

Promises 1 and 2: a final name holds exactly the bytes of one version of what its server described,
from the instant it appears, and a job is DONE only if its name does. Besides: claims are never more
than the disk rightly holds, what is claimed is not written again, and what was written is claimed
by whoever comes next (promise 6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ddm.byteranges import RangeSet
from ddm.http.representation import Representation
from ddm.limits import PART_SUFFIX
from ddm.record import JobRecord, State
from ddm.testing.body import Version
from ddm.testing.contents import Contents
from ddm.testing.disk import SimDisk
from ddm.testing.hedges import Hedges
from ddm.testing.log import LONGEST_S
from ddm.testing.origin import Internet
from ddm.testing.part import Inode
from ddm.testing.removals import Removals
from ddm.testing.story import Story
from ddm.testing.twice import Twice

# A sync is recorded a second later, together with everything else; that is on the disk after two syncs of the log.
_RECORDED_S = 1.5 + 2 * LONGEST_S


class Watcher:
    """Fits `disk.DiskWatcher`, `store.StoreWatcher` and `marks.MarksWatcher`; the world asks for the checks.

    strict: nothing keeps the store from recording in time. hedges: looks at the network meanwhile.
    """

    def __init__(self, internet: Internet, versions: list[Version], story: Story) -> None:
        self._internet = internet
        self._story = story
        self.removals = Removals(story)
        self._twice = Twice(story)
        self.strict = True
        self.hedges = Hedges()
        self._contents = Contents(versions)
        self._owed: dict[int, RangeSet] = defaultdict(RangeSet)
        self._inodes: dict[int, int] = {}  # by job
        self._claims: dict[int, RangeSet] = {}  # by job
        self._shrinking: dict[int, tuple[int, RangeSet]] = {}  # by job: its inode and claims
        self._gone: dict[int, RangeSet] = defaultdict(RangeSet)  # claims taken back, by inode
        self._going: list[tuple[int, int, RangeSet]] = []  # those: by which commit, of which inode
        self._left: set[int] = set()  # jobs that nobody works on
        self._safe: dict[int, tuple[float, RangeSet]] = {}  # by inode: when it was synced, and what
        self._published: set[int] = set()
        self._checked: set[int] = set()
        self._changed: set[int] = set()

    # -- what the disk tells ------------------------------------------------------------------

    def wrote(self, inode: Inode, offset: int, data: bytes) -> None:
        """Note which version's bytes these are."""
        written = RangeSet.of(offset, offset + len(data))
        if inode.number in self._published:
            raise self._story.violation(f"{written} of a file written after it had its final name")
        self._owed[inode.number] = self._owed[inode.number].union(written)
        self._gone[inode.number] = self._gone[inode.number].minus(written)
        came = self._contents.wrote(inode, offset, data)
        for job_id, claimed in self._claims.items():
            if self._inodes.get(job_id) == inode.number and claimed.minus(written) != claimed:
                again = claimed.minus(claimed.minus(written))
                if again.minus(self.hedges.of(version for version, _ in came)):
                    raise self._story.violation(f"job {job_id}: {again} written again, not by two")
                self._twice.wrote(inode.number, again, claimed, [before for _, before in came])

    def lost(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody may count on these bytes: a power cut took them, or a write failed half way."""
        self._contents.lost(inode, ranges)
        self._owed[inode.number] = self._owed[inode.number].minus(ranges)
        if inode.number in self._published and ranges:
            raise self._story.violation(f"{ranges} of a published file were lost")

    def excused(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody could have noted that these bytes were written."""
        self._owed[inode.number] = self._owed[inode.number].minus(ranges)

    def unlinked(self, path: str, inode: Inode) -> None:
        """A file was removed because a user wished it."""
        self.removals.unlinked(path, inode)

    def unpublished(self, path: str, inode: Inode) -> None:
        """A final name that was not on the disk yet is taken back."""
        self._story.tell(f"{path} is taken back")
        self._published.discard(inode.number)

    def published(self, path: str, inode: Inode) -> None:
        """A final name appeared: it has to be whole at this instant (promise 2)."""
        self._story.tell(f"{path} appears")
        self._published.add(inode.number)
        if not self._contents.whole_as(inode):
            size, right = len(inode.content), self._contents.told(inode)
            raise self._story.violation(f"{path} ({size} bytes) is no version of anything: {right}")
        if unsafe := inode.unsynced.union(inode.poisoned):
            raise self._story.violation(f"{path} got its name before {unsafe} was synced")

    # -- what the store tells -----------------------------------------------------------------

    def claims(self, job_id: int, inode: int | None, written: RangeSet) -> None:
        """A job claims this, of another file than before if `inode` is given."""
        if inode is not None:
            self._inodes[job_id] = inode
        self._claims[job_id] = written
        self._changed.add(job_id)
        if job_id in self._shrinking:
            self._take_back(job_id, written)

    def committed(self, number: int) -> None:
        """What was stored so far holds: who claimed more before may not do so again before it is written again."""
        for job_id, (inode, before) in self._shrinking.items():
            if inode == self._inodes.get(job_id, 0):
                gone = before.minus(self._claims.get(job_id, RangeSet()))
                self._going.append((number, inode, gone.minus(self._gone[inode])))
                self._gone[inode] = self._gone[inode].union(gone)
        self._shrinking.clear()

    def lost_after(self, number: int) -> None:
        """The commits after this one never were: what they took back may be claimed."""
        for commit, inode, gone in self._going:
            if commit > number:
                self._gone[inode] = self._gone[inode].minus(gone)
        self._going = [each for each in self._going if each[0] <= number]

    def _take_back(self, job_id: int, written: RangeSet) -> None:
        inode = self._inodes.get(job_id, 0)
        owed = self._owed[inode]
        self._owed[inode] = owed.minus(owed.minus(written))

    def forgets(self, job_id: int) -> None:
        """Nothing marked is believed any more: only what is claimed is owed, and of that only what will be."""
        if job_id in self._left:
            return  # what it wrote has to be claimed by now
        claimed = self._claims.get(job_id, RangeSet())
        self._take_back(job_id, claimed)
        self._shrinking.setdefault(job_id, (self._inodes.get(job_id, 0), claimed))

    def set_state(self, job_id: int, state: State, why: str | None) -> None:
        """A job is in this state."""
        self._story.tell(f"job {job_id} {state.value}{': ' + why if why else ''}")
        (self._left.add if state.ended or state is State.QUEUED else self._left.discard)(job_id)
        self._changed.add(job_id)

    def drops_wish(self, record: JobRecord) -> None:
        """A wish is given up."""
        self.removals.drops_wish(record)

    def removes(self, record: JobRecord) -> None:
        """A row goes."""
        self.removals.removes(record)
        self._claims.pop(record.id, None)

    def died(self) -> None:
        """The process is gone: what it was about to commit never was, nor what it was about to record."""
        self._shrinking.clear()
        self.hedges.died()
        now = self._story.now
        self._safe = {k: safe for k, safe in self._safe.items() if safe[0] < now - _RECORDED_S}

    def reread(self, records: list[JobRecord], disk: SimDisk, *, power: bool) -> None:
        """After a crash the rows are the truth. After a power cut nothing is owed but what they may be believed in."""
        self._claims.clear()
        self.removals.are_back(records)
        for record in records:
            if record.part is None or record.part.inode in self._published:
                continue
            same_boot = record.part.boot_id == disk.boot_id
            written = record.written if same_boot else record.synced
            self.claims(record.id, record.part.inode, written)
            self._excuse_failed_sync(record, written, disk)
            if power:
                self._check_synced(record, disk)
                self._take_back(record.id, written)

    def synced(self, inode: Inode) -> None:
        """What is in the file is on the disk."""
        safe = self._owed[inode.number].minus(inode.unsynced)
        self._safe[inode.number] = (self._story.now, safe)

    def _check_synced(self, record: JobRecord, disk: SimDisk) -> None:
        """A power cut costs at most what was not synced yet, or a moment ago."""
        begun = Representation(record.size_bytes, record.etag, record.last_modified)
        if record.part is None or record.state.ended or not begun.resumable:
            return
        since_s, safe = self._safe.get(record.part.inode, (0.0, RangeSet()))
        forgotten = self.owed(record, disk).minus(record.synced)
        forgotten = forgotten.minus(forgotten.minus(safe))
        if forgotten and self.strict and since_s < self._story.now - _RECORDED_S:
            raise self._story.violation(f"job {record.id} had synced {forgotten}, and it is lost")

    def _excuse_failed_sync(self, record: JobRecord, written: RangeSet, disk: SimDisk) -> None:
        """A process that dies between a sync that failed and the commit that says so: nobody knows of it any more."""
        part = disk.files.get(f"{record.spec.directory}/{record.name}{PART_SUFFIX}")
        if part is not None and record.part is not None and part.number == record.part.inode:
            part.poisoned = part.poisoned.minus(written)

    # -- what the world asks ------------------------------------------------------------------

    def changed(self) -> set[int]:
        """The jobs whose rows changed since this was last asked."""
        changed, self._changed = self._changed, set()
        return changed

    def check_rows(self, records: Iterable[JobRecord], disk: SimDisk) -> None:
        """Check what the store says against what is there."""
        for record in records:
            if record.state is State.DONE:
                if not record.delete_files:  # else it is on its way out, and the file may be first
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
        versions = [version for version in self._contents.whole_as(inode) if version in served]
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
        gone = self._gone[record.part.inode]
        if gone and believed.minus(gone) != believed:
            raise self._story.violation(f"job {record.id} claims {believed}, but took {gone} back")
        holds = [
            right
            for version, right in self._contents.right_as(record.part.inode, file.versions)
            if _described(version, record)
        ]
        if believed and not any(believed.is_subset(right) for right in holds):
            raise self._story.violation(f"job {record.id} claims {believed}, the disk has {holds}")

    def check_kept(self, records: list[JobRecord], disk: SimDisk) -> None:
        """Whatever a process wrote that is gone, the next one claims, where the file can be told again."""
        for record in records:
            lost = self.owed(record, disk).minus(record.written)
            begun = Representation(record.size_bytes, record.etag, record.last_modified)
            if lost and begun.resumable:
                raise self._story.violation(f"job {record.id} was interrupted and forgot {lost}")

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
            elif not path.endswith(PART_SUFFIX) and not self._contents.whole_as(inode):
                raise self._story.violation(f"{path} is there and not whole")


def _described(version: Version, record: JobRecord) -> bool:
    """Whether the row may speak of this version. A field that was left out says nothing."""
    return (
        record.size_bytes in (None, version.body.size)
        and record.etag in (None, version.etag)
        and record.last_modified in (None, version.last_modified)
    )
