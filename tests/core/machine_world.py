"""Servers, a disk and a store in thirty lines each, for `test_engine_machine.py`.

The disk answers late: syncs and digests wait for the step "disk", and with the step "slow" so do the
ends of cancelled transfers. What was not committed durably is lost in a power cut.
"""

from dataclasses import dataclass, field

from msgspec.structs import replace

from ddm.byteranges import ByteRange, RangeSet
from ddm.core import commands, events
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.limits import RetryLimits
from ddm.record import State, Wanted
from tests.core.machine_files import RIGHT, WRONG

EIO = Failure(Kind.DISK_ERROR, "could not sync: Input/output error", Exit.DISK_ERROR)
FULL = Failure(Kind.DISK_FULL, "no room for /d/f.bin.part", Exit.DISK_FULL)
REFUSALS = (
    Kind.THROTTLED, Kind.UNREACHABLE, Kind.RANGE_WRONG, Kind.RANGE_IGNORED, Kind.SERVER_ERROR,
    Kind.REDIRECTED, Kind.NOT_ALLOWED, Kind.NOT_FOUND, Kind.CHANGED,
)  # fmt: skip
REMOVED = "removed"


@dataclass
class OnDisk:
    """What of a part file is right, and what of that outlives a power cut.

    lost: a sync failed, and whatever comes until it is opened again is gone too. gone: it was removed.
    whose: where the first bytes came from; of other places' bytes none is right.
    """

    right: RangeSet = field(default_factory=RangeSet)
    synced: RangeSet = field(default_factory=RangeSet)
    lost: bool = False
    gone: bool = False
    whose: str | None = field(default=None, compare=False)


class World:
    """What lasts longer than one run of the engine, and the one that runs."""

    def __init__(self, make_paper, files):
        self.make_paper, self.files = make_paper, files
        self.rows = {job_id: {} for job_id in self.files}
        self.states = dict.fromkeys(self.files, State.QUEUED)
        self.published = set()
        self.disk = {}
        self.full = {}
        self.eio = self.slow = False
        self.boot = self.mount = 0
        self.paper = None
        self.commit()
        self.begin()

    def begin(self):
        inode = self.paper.inode if self.paper else 10
        self.paper = paper = self.make_paper(
            max_total_connections=6, max_connections_per_host=4, retry=RetryLimits(max_attempts=4)
        )
        paper.boot_id, paper.mount, paper.inode = f"boot-{self.boot}", str(self.mount), inode
        self.taken, self.open, self.syncs, self.digests = {}, {}, {}, {}
        self.cancelled = set()
        paper.answers |= {
            commands.OpenPart: self._open, commands.ResetPart: self._open,
            commands.ClosePart: self._close, commands.SyncFile: self._begin_sync,
            commands.DigestFile: self._begin_digest, commands.PublishFile: self._publish,
            commands.CheckRoom: self._check_room, commands.CancelTransfer: self._cancel,
            commands.ContinueTransfer: self._take,
            commands.RecordState: self._record_state, commands.RecordPart: self._record_part,
            commands.RecordProgress: self._record_progress,
        }  # fmt: skip
        for job_id in self.files:
            if self.states[job_id] is State.FINISHING and job_id in self.published:
                self.states[job_id] = State.DONE
            if self.states[job_id] is not REMOVED and not self.states[job_id].ended:
                self.states[job_id] = State.QUEUED
                self.offer(job_id)

    def offer(self, job_id):
        served = self.files[job_id]
        more = {"mirrors": tuple(served.mirrors), "checksums": served.checksums}
        self.paper.offer(job_id, served.url, spec=more, **self.rows[job_id])

    # -- the store ---------------------------------------------------------------------------------

    def commit(self):
        """From now on a power cut leads back to here."""
        self.durable = {n: dict(row) for n, row in self.rows.items()}, dict(self.states)

    def _record_state(self, command):
        job_id, state = command.job_id, command.state
        row = self.rows[job_id]
        assert not (row.get("checking") and state is State.FAILED)
        self.states[job_id] = state
        if state is State.DONE:
            assert job_id in self.published
            row.pop("checking", None)

    def _record_part(self, command):
        self.rows[command.job_id] |= {
            "name": command.name, "size_bytes": command.representation.size_bytes,
            "etag": command.representation.etag, "part": command.identity,
            "incarnation": command.incarnation, "vouched": command.vouched,
        }  # fmt: skip
        self.check(command.job_id)

    def _record_progress(self, command):
        self.rows[command.job_id] |= {"written": command.written, "synced": command.synced}
        self.check(command.job_id)
        if command.shrinks:
            self.commit()

    def check(self, job_id):
        """Nothing that is claimed is not there."""
        row = self.rows[job_id]
        part = self.disk[row["part"].inode] if "part" in row else OnDisk()
        assert row.get("synced", RangeSet()).is_subset(part.synced)
        if "part" in row and (row["part"].boot_id, row["part"].mount) == (
            self.paper.boot_id,
            self.paper.mount,
        ):
            assert row.get("written", RangeSet()).is_subset(part.right)

    # -- the disk ----------------------------------------------------------------------------------

    def _open(self, command):
        job_id = command.job_id
        assert not self.rows[job_id].get("checking")
        if isinstance(command, commands.ResetPart):
            self.open.pop(job_id).gone = True
            self.syncs.pop(job_id, None)
            kept = False
        else:
            there = self.disk.get(command.resume.inode) if command.resume else None
            kept = there is not None and not there.gone
        if self.full.get(self.files[job_id].device) and not kept:
            return events.PartFailed(job_id, FULL)
        self.paper.kept = kept
        answer = self.paper._open if kept else self.paper._reset
        opened = answer(command)
        part = self.open[job_id] = self.disk.setdefault(opened.identity.inode, OnDisk())
        part.lost = False
        return replace(opened, identity=replace(opened.identity, device=self.files[job_id].device))

    def _begin_sync(self, command):
        assert command.job_id not in self.syncs
        self.syncs[command.job_id] = self.open[command.job_id].right

    def _begin_digest(self, command):
        self.digests[command.job_id] = command

    def answer_disk(self, n):
        """One of the syncs and digests that are under way is over."""
        pending = [*sorted(self.syncs), *sorted(-job_id for job_id in self.digests)]
        if not pending:
            return
        job_id = pending[n % len(pending)]
        part = self.open[abs(job_id)]
        if job_id < 0:
            del self.digests[-job_id]
            is_right = part.right == RangeSet.of(0, self.files[-job_id].size)
            found = RIGHT if is_right else WRONG
            self.paper.play(events.FileDigested(-job_id, (found,)))
            return
        covered = self.syncs.pop(job_id)
        if self.eio:
            self._lose(part)
            self.paper.play(events.SyncFailed(job_id, EIO))
        else:
            covered = covered.minus(covered.minus(part.right))
            part.synced = part.synced.union(covered)
            self.paper.play(events.FileSynced(job_id))

    def _lose(self, part):
        self.eio, part.lost, part.right = False, True, part.synced

    def _close(self, command):
        self.syncs.pop(command.job_id, None)
        self.digests.pop(command.job_id, None)
        part, failed = self.open.pop(command.job_id), self.eio
        if failed:
            self._lose(part)
        part.synced = part.right
        return events.PartClosed(command.job_id, EIO if failed else None)

    def _publish(self, command):
        whole = RangeSet.of(0, self.files[command.job_id].size)
        assert self.open.pop(command.job_id) == OnDisk(whole, whole)
        assert self.states[command.job_id] is State.FINISHING
        self.commit()
        self.published.add(command.job_id)
        return events.FilePublished(command.job_id, "f.bin")

    def _check_room(self, command):
        lacks = self.full.get(self.files[command.job_id].device) == "full"
        return events.RoomChecked(command.job_id, 5 if lacks else 0)

    # -- the network -------------------------------------------------------------------------------

    def _take(self, command):
        stop = self.files[command.job_id].size if command.stop is None else command.stop
        self.taken[command.transfer_id] = (command.start, stop)

    def _cancel(self, command):
        if not self.slow:
            return self.paper._cancel(command)
        self.cancelled.add(command.transfer_id)
        return None

    def answer(self, transfer_id, what, n):
        """The head of a response, or why there is none."""
        paper, start = self.paper, self.paper.live[transfer_id]
        served, wanted = self.files[start.job_id], start.expectation.range
        partial = served.ranges and wanted is not None
        if what == "gone":
            paper.break_off(transfer_id, Kind.NOT_FOUND, status=404)
        elif what in ("refuse", "break"):
            kind = REFUSALS[n % len(REFUSALS)] if what == "refuse" else Kind.BROKEN
            location = f"/{n}" if kind is Kind.REDIRECTED else None
            status = 403 if kind is Kind.NOT_ALLOWED else None
            other = f'"{n % 2}x"' if kind is Kind.CHANGED else None
            paper.break_off(transfer_id, kind, location=location, status=status, other_etag=other)
        elif start.expectation.unless is not None and n % 2 == 0:
            paper.break_off(transfer_id, Kind.NOT_MODIFIED)
        elif start.expectation.ask:
            size, more = served.size if served.length else None, {"digests": served.digests}
            etag, _ = served.at(start.request.url)
            paper.head(transfer_id, size=size, partial=partial, etag=etag, **more)
        elif not partial:
            paper.break_off(transfer_id, Kind.RANGE_IGNORED)
        else:
            self.taken[transfer_id] = (wanted.start, wanted.stop)

    def bring(self, transfer_id, what, n):
        """Some of the body, all of it, or the end of it before its time."""
        paper, job_id = self.paper, self.paper.live[transfer_id].job_id
        start, stop = self.taken[transfer_id]
        part, before = self.open[job_id], paper.positions[transfer_id]
        full = self.full.get(self.files[job_id].device)
        position = stop if what == "whole" and not full else min(stop, before + n * 997)
        _, whose = self.files[job_id].at(paper.live[transfer_id].request.url)
        part.whose = part.whose or whose
        if whose != part.whose:
            part.right = part.right.minus(RangeSet.of(before, position))
        elif not part.lost:
            part.right = part.right.add(ByteRange(before, position))
        paper.bytes(transfer_id, position)
        if full and what != "lie":
            paper.end(transfer_id, position, because=FULL)
        elif what == "whole":
            paper.end(transfer_id, position)
        elif what == "lie":
            lie = RangeSet.of(start, position)
            part.right, part.synced = part.right.minus(lie), part.synced.minus(lie)
            if job_id in self.syncs:
                self.syncs[job_id] = self.syncs[job_id].minus(lie)
            paper.break_off(transfer_id, Kind.BAD_RESPONSE, position)
        elif what in ("break", "refuse"):
            paper.break_off(transfer_id, Kind.BROKEN, position)

    def wish(self, wanted, job_id):
        if self.paper.engine.holds(job_id):
            self.paper.play(events.WishChanged(job_id, wanted))

    def removed(self, job_id):
        assert self.states[job_id] is State.PAUSED
        self.rows[job_id], self.states[job_id] = {}, REMOVED
        self.published.discard(job_id)
        self.commit()

    def pause(self, n):
        self.wish(Wanted.PAUSE, n % len(self.files) + 1)

    def remove(self, n):
        self.wish(Wanted.REMOVE, n % len(self.files) + 1)
