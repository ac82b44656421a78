"""Jobs, servers, a disk and a store in thirty lines each, run through whatever may happen to them.

After every step no claim runs ahead of the disk; DONE means every byte; and with the trouble over
it comes to an end.
"""

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ddm.byteranges import ByteRange, RangeSet
from ddm.core.commands import (
    ClosePart,
    OpenPart,
    PublishFile,
    RecordPart,
    RecordProgress,
    RecordState,
    ResetPart,
    SyncFile,
)
from ddm.core.events import FilePublished, FileSynced, PartClosed, PartFailed, StopRequested
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.limits import RetryLimits
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20
EIO = Failure(Kind.DISK_ERROR, "could not sync: Input/output error", Exit.DISK_ERROR)
REFUSALS = (
    Kind.THROTTLED, Kind.UNREACHABLE, Kind.RANGE_WRONG, Kind.RANGE_IGNORED, Kind.SERVER_ERROR,
    Kind.REDIRECTED, Kind.NOT_ALLOWED,
)  # fmt: skip
STEPS = (
    "bytes",
    "bytes",
    "whole",
    "bytes",
    "bytes",
    "whole",
    "whole",
    "break",
    "lie",
    "refuse",
    "time",
    "eio",
    "stop",
    "kill",
    "power",
)


@dataclass
class Served:
    """A file on a server."""

    url: str
    size: int
    etag: str | None
    ranges: bool = True
    length: bool = True


@dataclass
class OnDisk:
    """What of a part file is right, and what of that outlives a power cut."""

    right: RangeSet = RangeSet()
    synced: RangeSet = RangeSet()


FILES = {
    1: Served("https://a.example/f", 3 * MIB + 1, '"1"'),
    2: Served("https://a.example/g", 700 * KIB, None),
    3: Served("https://b.example/h", 300 * KIB, '"3"', ranges=False),
    4: Served("https://b.example/i", 200 * KIB, None, ranges=False, length=False),
    5: Served("https://b.example/j", 0, '"5"'),
}


class World:
    """What lasts longer than one run of the engine, and the one that runs."""

    def __init__(self, make_paper):
        self.make_paper = make_paper
        self.rows = {job_id: {} for job_id in FILES}
        self.states = dict.fromkeys(FILES, State.QUEUED)
        self.disk = {}
        self.inode = 0
        self.boot = 0
        self.eio = False
        self.begin()

    def begin(self):
        self.paper = self.make_paper(
            max_total_connections=6, max_connections_per_host=4, retry=RetryLimits(max_attempts=4)
        )
        self.paper.boot_id = f"boot-{self.boot}"
        self.paper.inode = self.inode
        self.taken, self.seen, self.open = {}, 0, {}
        self.paper.answers |= {
            OpenPart: self._open, ResetPart: self._open, SyncFile: self._sync,
            ClosePart: self._sync, PublishFile: self._publish,
        }  # fmt: skip
        for job_id, served in FILES.items():
            if self.states[job_id] not in (State.DONE, State.FAILED):
                self.paper.offer(job_id, served.url, **self.rows[job_id])
        self.record()

    # -- disk and store ----------------------------------------------------------------------------

    def _open(self, command):
        again = isinstance(command, ResetPart)
        opened = self.paper._reset(command) if again else self.paper._open(command)
        self.open[command.job_id] = self.disk.setdefault(opened.identity.inode, OnDisk())
        return opened

    def _sync(self, command):
        part, failed, self.eio = self.open[command.job_id], self.eio, False
        part.right, part.synced = (part.synced,) * 2 if failed else (part.right,) * 2
        if isinstance(command, ClosePart):
            return PartClosed(command.job_id, EIO if failed else None)
        return PartFailed(command.job_id, EIO) if failed else FileSynced(command.job_id)

    def _publish(self, command):
        whole = RangeSet.of(0, FILES[command.job_id].size)
        assert self.open[command.job_id] == OnDisk(whole, whole)
        return FilePublished(command.job_id, "f.bin")

    def record(self):
        """Commit what was said since the last time; then nothing that is claimed is not there."""
        for command in self.paper.said[self.seen :]:
            match command:
                case RecordState(job_id, state):
                    self.states[job_id] = state
                case RecordPart(job_id, name, found, identity, incarnation):
                    self.rows[job_id] |= {
                        "name": name, "size_bytes": found.size_bytes, "etag": found.etag,
                        "part": identity, "incarnation": incarnation,
                    }  # fmt: skip
                case RecordProgress(job_id, written, synced):
                    self.rows[job_id] |= {"written": written, "synced": synced}
        self.seen = len(self.paper.said)
        self.inode = self.paper.inode
        for row in filter(None, self.rows.values()):
            part = self.disk[row["part"].inode] if "part" in row else OnDisk()
            assert row.get("synced", RangeSet()).is_subset(part.synced)
            if row.get("part") and row["part"].boot_id == self.paper.boot_id:
                assert row.get("written", RangeSet()).is_subset(part.right)

    # -- the network -------------------------------------------------------------------------------

    def step(self, what, n):
        paper = self.paper
        live = sorted(paper.live)
        transfer_id = live[n % len(live)] if live else None
        if what in ("stop", "kill", "power"):
            self._leave(what)
        elif what == "eio":
            self.eio = True
        elif what == "time" or transfer_id is None:
            if paper.engine.deadline() is not None:
                paper.wait()
        elif not self._flows(transfer_id):
            self._answer(transfer_id, what, n)
        else:
            self._bring(transfer_id, what, n)
        self.record()

    def _leave(self, what):
        if what == "stop":
            self.paper.play(StopRequested())
            assert self.paper.engine.idle
            self.record()
        if what == "power":
            self.boot += 1
            for part in self.disk.values():
                part.right = part.synced
        self.begin()

    def _flows(self, transfer_id):
        return transfer_id in self.taken

    def _answer(self, transfer_id, what, n):
        """The head of a response, or why there is none."""
        start = self.paper.live[transfer_id]
        served, wanted = FILES[start.job_id], start.expectation.range
        partial = served.ranges and wanted is not None
        if what in ("refuse", "break"):
            kind = REFUSALS[n % len(REFUSALS)] if what == "refuse" else Kind.BROKEN
            location = f"/{n}" if kind is Kind.REDIRECTED else None
            status = 403 if kind is Kind.NOT_ALLOWED else None
            self.paper.break_off(transfer_id, kind, location=location, status=status)
        elif start.expectation.ask:
            self.taken[transfer_id] = (wanted.start if partial else 0, None)
            size = served.size if served.length else None
            self.paper.head(transfer_id, size=size, partial=partial, etag=served.etag)
            stop = min(wanted.stop, served.size) if partial else served.size
            self.taken[transfer_id] = (self.taken[transfer_id][0], stop)
        elif not partial:
            self.paper.break_off(transfer_id, Kind.RANGE_IGNORED)
        else:
            self.taken[transfer_id] = (wanted.start, wanted.stop)

    def _bring(self, transfer_id, what, n):
        """Some of the body, all of it, or the end of it before its time."""
        start, stop = self.taken[transfer_id]
        part = self.open[self.paper.live[transfer_id].job_id]
        before = self.paper.positions[transfer_id]
        position = stop if what == "whole" else min(stop, before + n * 997)
        part.right = part.right.add(ByteRange(before, position))
        self.paper.bytes(transfer_id, position)
        if what == "whole":
            self.paper.end(transfer_id, position)
        elif what == "lie":
            part.right = part.right.minus(RangeSet.of(start, position))
            part.synced = part.synced.minus(RangeSet.of(start, position))
            self.paper.break_off(transfer_id, Kind.BAD_RESPONSE, position)
        elif what in ("break", "refuse"):
            self.paper.break_off(transfer_id, Kind.BROKEN, position)


@settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 999)), min_size=40, max_size=80))
def test_no_claim_runs_ahead_done_means_whole_and_it_ends(make_paper, steps):
    world = World(make_paper)
    for what, n in steps:
        world.step(what, n)
    world.eio = False
    for _ in range(300):
        if not world.paper.engine.admitted:
            break
        world.step("whole" if world.paper.live else "time", 0)

    assert world.paper.engine.admitted == 0
    assert set(world.states.values()) <= {State.DONE, State.FAILED}
