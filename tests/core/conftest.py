"""A job on paper: `Paper` plays the performer's part; a test is a script of events and commands."""

import random
from collections import Counter, deque

import pytest

from ddm.byteranges import RangeSet
from ddm.core import commands, events
from ddm.core.engine import Engine
from ddm.errors import Exit
from ddm.failures import CANCELLED, Failure, Kind
from ddm.http.representation import Representation
from ddm.http.response import Ask
from ddm.limits import Limits
from ddm.record import JobRecord, PartIdentity, State, Wanted
from ddm.spec import JobSpec

KIB, MIB = 1 << 10, 1 << 20
URL = "https://example.org/f.bin"
OLD_FILE = PartIdentity("boot-1", 1, 7)
FULL = Failure(Kind.DISK_FULL, "could not write /d/f.bin.part: No space left", Exit.DISK_FULL)


def failure(kind, message="the server hiccupped", **fields):
    return Failure(kind, message, Exit.NETWORK, **fields)


# What is done in passing, whatever else happens.
_NO_NEWS = (
    commands.RecordProgress | commands.SyncFile | commands.CheckRoom
    | commands.CancelTransfer | commands.ShortenTransfer | commands.StartTransfer
    | commands.LookUp
)  # fmt: skip


class Paper:
    """The engine, a clock that is set by hand, and answers as a performer would give them.

    kept, kept_bytes: whether the part file is found again, and how long.
    boot_id, mount: the present trust epoch. lacking_bytes: how much room there is too little.
    answers: what a command is answered with, by its type; None leaves it unanswered.
    """

    def __init__(self, **limits):
        self.limits = Limits(**limits)
        self.engine = Engine(self.limits, chance=random.Random(1), user_agent="ddm/test")
        self.now = 100.0
        for host in ("example.org", "a.test", "b.test"):
            self.engine.handle(events.LookedUp(host, ("192.0.2.1",)), self.now)
        self.kept = True
        self.kept_bytes = None
        self.boot_id, self.mount = "boot-1", ""
        self.lacking_bytes = 0
        self.inode = 10
        self.live = {}
        self.positions = {}
        self.said = []
        self.answers = {
            commands.LookUp: lambda c: events.LookedUp(c.host, ("192.0.2.1",)),
            commands.OpenPart: self._open,
            commands.ResetPart: self._reset,
            commands.ClosePart: lambda c: events.PartClosed(c.job_id, None),
            commands.SyncFile: lambda c: events.FileSynced(c.job_id),
            commands.CheckRoom: lambda c: events.RoomChecked(c.job_id, self.lacking_bytes),
            commands.PublishFile: lambda c: events.FilePublished(c.job_id, "f.bin"),
            commands.CancelTransfer: self._cancel,
        }

    # -- a turn ------------------------------------------------------------------------------------

    def play(self, event):
        """Handle an event and, before anything else, the answers to its commands; all commands."""
        said = self._pump(event)
        self._check_deadline()
        return said

    def _pump(self, event, among=commands.Command):
        """As `play`. among: what the engine may say to the event itself."""
        said, pending = [], deque([event])
        while pending:
            event = pending.popleft()
            if isinstance(event, events.TransferEnded):
                self.live.pop(event.transfer_id, None)
            found = self.engine.handle(event, self.now)
            assert said or all(isinstance(c, among) for c in found)
            said += found
            for command in found:
                self._note(command)
            answers = [self.answers.get(type(c), lambda _: None)(c) for c in found]
            pending.extendleft(reversed([a for a in answers if a is not None]))
            self._check_budget()
        self.said += said
        return said

    def wait(self, seconds=None):
        """Let time pass, by default to the deadline exactly."""
        self.now = self.engine.deadline() if seconds is None else self.now + seconds
        return self.play(events.TimePassed())

    def _note(self, command):
        if isinstance(command, commands.StartTransfer):
            self.live[command.transfer_id] = command
            wanted = command.expectation.range
            self.positions[command.transfer_id] = wanted.start if wanted else 0

    def _check_budget(self):
        hosts = Counter(c.request.url.split("/")[2] for c in self.live.values())
        assert len(self.live) <= self.limits.max_total_connections
        assert max(hosts.values(), default=0) <= self.limits.max_connections_per_host
        assert self.engine.view(self.now).connections == len(self.live)

    def _check_deadline(self):
        """What is due now is done by one TimePassed: else the loop would spin."""
        due = self.engine.deadline()
        if due is not None and due <= self.now:
            self._pump(events.TimePassed(), _NO_NEWS)
            due = self.engine.deadline()
            assert due is None or due > self.now

    # -- the performer's answers -------------------------------------------------------------------

    def _open(self, command):
        kept = self.kept and command.resume is not None
        inode = command.resume.inode if kept else self._next_inode()
        identity = PartIdentity(self.boot_id, 1, inode, self.mount)
        return events.PartOpened(command.job_id, command.name, identity, kept, self.kept_bytes)

    def _reset(self, command):
        identity = PartIdentity(self.boot_id, 1, self._next_inode(), self.mount)
        return events.PartOpened(command.job_id, command.name, identity, kept=False)

    def _next_inode(self):
        self.inode += 1
        return self.inode

    def _cancel(self, command):
        if command.transfer_id not in self.live:
            return None
        position = self.positions[command.transfer_id]
        return events.TransferEnded(command.transfer_id, position, CANCELLED)

    # -- what happens to a job ---------------------------------------------------------------------

    def offer(self, job_id=1, url=URL, *, name=None, max_segments=0, headers=(), spec=None, **row):
        """Admit a job: JobOffered. spec: more fields of its JobSpec. row: of its record."""
        spec = JobSpec(url, "/d", name, headers, max_segments, **(spec or {}))
        if row:
            row = {"name": "f.bin", "part": OLD_FILE, **row}
        return self.play(
            events.JobOffered(JobRecord(job_id, spec, Wanted.RUN, State.QUEUED, **row))
        )

    def head(self, transfer_id=1, *, size, start=0, stop=None, partial=True, **fields):
        """HeadArrived: a 206 of the range that was asked for, or with `partial` unset a 200."""
        wanted = self.live[transfer_id].expectation.range
        disposition, digests = fields.pop("content_disposition", None), fields.pop("digests", ())
        if partial and wanted is not None:
            start, stop = wanted.start, min(wanted.stop, size)
        elif not partial:
            start, stop = 0, size
        self.positions[transfer_id] = start
        http_version = fields.pop("http_version", None)
        found = Representation(size, **{"etag": '"1"', **fields})
        known = self.live[transfer_id].expectation.representation
        assert not (partial and known and known.difference(found)), "judge lets no such head in"
        offer = Ask(found, start, stop, partial, disposition, digests)
        return self.play(events.HeadArrived(transfer_id, offer, http_version))

    def bytes(self, transfer_id, position):
        """BytesWritten."""
        self.positions[transfer_id] = position
        return self.play(events.BytesWritten(transfer_id, position))

    def end(self, transfer_id=1, position=None, *, because=None):
        """TransferEnded: whole, or where it stood when it failed."""
        if position is None:
            position = self.positions[transfer_id]
            if because is None:
                position = self.live[transfer_id].expectation.range.stop
        return self.play(events.TransferEnded(transfer_id, position, because))

    def break_off(self, transfer_id, kind, position=None, **fields):
        """TransferEnded with a failure."""
        return self.end(transfer_id, position, because=failure(kind, **fields))

    def begin(self, size, job_id=1, *, digests=(), **offered):
        """A job with a 206 to its probe; the commands since the head."""
        probe = one(commands.StartTransfer, self.offer(job_id, **offered))
        return self.head(probe.transfer_id, size=size, digests=digests)

    def fetch_all(self):
        """Let every transfer end well until none is left; heads must have come where asked for."""
        while self.live:
            self.end(min(self.live))

    # -- what is known of it -----------------------------------------------------------------------

    @property
    def job(self):
        """The first job in the picture."""
        return self.engine.view(self.now).jobs[0]

    def states(self, job_id=1):
        """The states that were recorded, in order."""
        return [c.state for c in of(commands.RecordState, self.said) if c.job_id == job_id]

    def claims(self):
        """The last claims that were recorded: written, synced."""
        last = of(commands.RecordProgress, self.said)[-1]
        return last.written, last.synced


def of(kind, said):
    """The commands of one kind."""
    return [command for command in said if isinstance(command, kind)]


def one(kind, said):
    """The only command of a kind."""
    (found,) = of(kind, said)
    return found


@pytest.fixture
def paper():
    return Paper()


@pytest.fixture
def make_paper():
    return Paper


@pytest.fixture(name="of")
def _of():
    return of


@pytest.fixture(name="one")
def _one():
    return one


@pytest.fixture(name="failure")
def _failure():
    return failure


@pytest.fixture
def ranges():
    """The ranges that requests ask for, as pairs."""

    def pairs(said):
        asked = [c.expectation.range for c in of(commands.StartTransfer, said)]
        return [r and (r.start, r.stop) for r in asked]

    return pairs


@pytest.fixture
def span():
    """The set of one range, or the empty one."""

    def span(*bounds):
        return RangeSet.of(*bounds) if bounds else RangeSet()

    return span


@pytest.fixture
def full_disk():
    return FULL
