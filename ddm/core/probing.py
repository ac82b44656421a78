"""From nothing to a known file: the first request, its redirects, its head, the part file.

The probe is the first segment: a GET of the first missing bytes whose head comes before the engine.
A 206 tells size, validator and that ranges work; a 200 is the whole file as one stream. Its body
waits until the part file is open.
"""

from __future__ import annotations

import sys

from ddm import redact
from ddm.byteranges import ByteRange, RangeSet
from ddm.core import checking, describing, mirrors
from ddm.core.commands import ContinueTransfer, OpenPart, ResetPart
from ddm.core.events import HeadArrived, PartOpened
from ddm.core.finishing import finish
from ddm.core.job import Job
from ddm.core.plan import connections_deserved, smallest_piece
from ddm.core.segment import Phase, Segment
from ddm.core.sharing import TOO_LONG
from ddm.core.work import Work
from ddm.errors import Exit, UsageError
from ddm.failures import Failure, Kind
from ddm.http.coding import saved_as_coded
from ddm.http.disposition import choose_name
from ddm.http.representation import BEGIN_AGAIN, Representation, changed
from ddm.limits import PROBE_BYTES, REDIRECTS_MAX
from ddm.record import State

# No file is longer; where the length is unknown, what is missing goes on to here.
_ENDLESS = 1 << 62


def open_if_whole(work: Work, job: Job) -> bool:
    """A job whose row says that every byte is there needs its part file, not the network; whether this is one."""
    size = job.size_bytes
    if job.checking or job.part_open or size is None or not job.name:
        return False
    if job.recorded_written.gaps(size):
        return False
    work.move(job, State.PROBING)
    _open(work, job)
    return True


def probe(work: Work, job: Job) -> None:
    """Ask for the first missing bytes."""
    size, held = job.size_bytes, job.done or job.recorded_written
    missing = held.gaps(_ENDLESS if size is None else size)
    first = next(iter(missing), ByteRange(0, PROBE_BYTES))
    start, stop = first.start, min(first.start + PROBE_BYTES, first.stop)
    segment = Segment(start, stop, ranged=True, asks=True, phase=Phase.ASKING, position=start)
    if job.stream:
        be_plain(segment)
    job.segments.append(segment)
    work.move(job, State.PROBING)
    work.start(job, segment)


def be_plain(segment: Segment) -> None:
    """The next try asks for everything, without Range."""
    segment.ranged, segment.asks = False, True
    segment.start = segment.position = segment.begun_position = 0
    segment.stop = None


def redirect(work: Work, job: Job, segment: Segment, failure: Failure) -> None:
    """The next hop of a redirect, or the end of the job where it leads nowhere DDM goes (RFC 9110 section 15.4)."""
    if segment.target == job.target:
        job.seen_urls.add(str(job.target))
        job.hops += 1
        why = None
        try:
            target = job.target.join(failure.location or "")
        except UsageError as error:
            why = f"the server redirects to where DDM does not go: {error}"
        else:
            if (job.target.scheme, target.scheme) == (
                "https",
                "http",
            ) and not job.spec.allow_downgrade:
                why = "the server redirects from https to http; --allow-downgrade follows it"
            elif str(target) in job.seen_urls:
                why = f"the redirects lead in a loop, back to {redact.url(str(target))}"
            elif job.hops > REDIRECTS_MAX:
                why = f"more than {REDIRECTS_MAX} redirects, the last to {redact.url(str(target))}"
            job.target = target
            job.way = [*job.way, target][-REDIRECTS_MAX:]
        if why:
            job.segments.remove(segment)
            mirrors.fail(work, job, Failure(Kind.BAD_REDIRECT, why, Exit.TOO_MANY_REDIRECTS))
            return
    segment.wait(None, work.now)


def on_head(work: Work, job: Job, segment: Segment, event: HeadArrived) -> None:
    """An acceptable answer to the probe: name the file, open it."""
    offer = event.offer
    origin = job.target.origin
    policy = work.budget.policy(origin)
    policy.bore(work.budget.running_at(origin), work.now, segment.begun_s, trial=segment.trial)
    size = offer.representation.size_bytes
    if size is not None:
        policy.small = size <= PROBE_BYTES
        policy.ranges = offer.partial if size else policy.ranges
    fits = work.sharing.fits(event.transfer_id, policy, offer, event.http_version)
    if job.leaving or job.room is not None:
        return
    if job.checking:
        checking.on_head(work, job, offer)
        return
    known = job.representation if job.claimed else None
    if known is not None and job.spec.mirrors:
        mirrors.compare(job, known, offer.representation)
    elif known is not None and (change := known.difference(offer.representation)):
        work.fail(job, changed(change, way_out=BEGIN_AGAIN))
        return
    name = job.name or choose_name(job.spec.name, offer.content_disposition, job.target)
    coding = offer.representation.content_coding
    if coding and not saved_as_coded(name, coding):
        why = f"the server sent it coded as {coding}, though it was asked not to, and the name {name} does not say so"
        mirrors.fail(work, job, Failure(Kind.CODED, why, Exit.BAD_RESPONSE))
        return
    if work.describe:
        describing.describe(work, job, name, offer)
        return
    if not fits:
        segment.apart = True
        work.give_up(segment, TOO_LONG)
        return
    segment.move(Phase.OFFERED)
    segment.start = segment.position = segment.begun_position = offer.start
    segment.stop = offer.stop
    # What has no length cannot be asked for again from the byte reached.
    segment.ranged = segment.ranged and offer.stop is not None
    job.name, job.offer = name, offer
    if not job.part_open:
        _open(work, job)
    elif job.part_fresh or (offer.partial and job.done):
        accept(work, job)
    else:
        reset(work, job)


def _open(work: Work, job: Job) -> None:
    size = job.offer.representation.size_bytes if job.offer else job.size_bytes
    exact, name = job.spec.name is not None, job.name or ""
    job.opening = True
    resume = job.recorded_part
    replace = job.spec.overwrite
    work.tell(job, OpenPart(job.id, job.spec.directory, name, exact, size, resume, replace))


def reset(work: Work, job: Job) -> None:
    """Start over in a new inode; that nothing is claimed any more is durable first."""
    job.disclaim()
    job.syncing = None
    job.recorded_written = job.recorded_synced = RangeSet()
    job.incarnation += 1
    job.opening, job.part_open = True, False
    work.record(job, shrinks=True)
    size = job.offer.representation.size_bytes if job.offer else None
    exact, name = job.spec.name is not None, job.name or ""
    replace = job.spec.overwrite
    work.tell(job, ResetPart(job.id, job.spec.directory, name, exact, size, replace))


def on_part_opened(work: Work, job: Job, event: PartOpened) -> None:
    """The part file is there: believe of the claims what may be believed, and take the body that waits."""
    recorded = job.recorded_part
    job.opening, job.part_open, job.part_fresh = False, True, not event.kept
    job.name, job.part = event.name, event.identity
    job.done = job.synced = RangeSet()
    job.synced_s = work.now
    if event.kept and recorded is not None:
        same_boot = (recorded.boot_id, recorded.mount) == (
            event.identity.boot_id,
            event.identity.mount,
        )
        there = sys.maxsize if event.kept_bytes is None else event.kept_bytes
        job.synced = job.recorded_synced.within(there)
        job.done = job.recorded_written.within(there).union(job.synced) if same_boot else job.synced
    if job.ending is not None:
        work.end_if_quiet(job)
        return
    whole_offered = job.offer is not None and not job.offer.partial
    size = job.offer.representation.size_bytes if job.offer else job.size_bytes
    fits = size is None or job.done.within(size) == job.done
    if event.kept and (not job.done or whole_offered or not fits):
        reset(work, job)
        return
    job.resumed = bool(job.done)
    if job.done != job.recorded_written:
        work.record(job, shrinks=True)
    job.recorded_written = RangeSet()
    if job.offer is not None:
        accept(work, job)
    elif job.whole:
        work.record_part(job)  # an empty file may have been begun again, under another name
        finish(work, job)


def accept(work: Work, job: Job) -> None:
    """Part file and head agree: from here on bytes are taken."""
    offer, job.offer = job.offer, None
    if offer is None:
        raise AssertionError("accepting without an offer")
    job.representation = _agreed(job, offer.representation)
    if not job.done or (offer.digests and work.window_bytes is None):
        job.vouched = (
            offer.digests
        )  # of a file that is passed on other digests cannot be had any more
    job.stream = not offer.partial
    work.record_part(job)
    job.recorded_s = work.now
    segment = next((s for s in job.segments if s.phase is Phase.OFFERED), None)
    held = job.done
    if segment is not None:
        segment.asks = False
        segment.move(Phase.STARTING)
        if segment.stop is not None:
            held = held.union(RangeSet.of(segment.start, segment.stop))
    size = job.size_bytes
    job.missing = held.gaps(size) if size is not None and offer.partial else RangeSet()
    job.set_seal_aside()
    if size is not None:
        wanted = max(1, job.missing.total + PROBE_BYTES)
        job.connections_planned = connections_deserved(wanted, job.max_segments, work.limits)
        job.least_piece_bytes = smallest_piece(size, job.connections_planned)
    work.move(job, State.RUNNING)
    if segment is not None and segment.transfer_id is not None:
        proceed = ContinueTransfer(segment.transfer_id, job.id, segment.start, segment.stop)
        work.tell(job, proceed)


def _agreed(job: Job, found: Representation) -> Representation:
    """What is known of the file: a field that a later 206 leaves out still holds."""
    known = job.representation
    if known is None or not job.done:
        return found
    return Representation(
        found.size_bytes,
        found.etag or known.etag,
        found.last_modified or known.last_modified,
        found.content_coding or known.content_coding,
    )
