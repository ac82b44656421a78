"""Why an admitted job is as fast as it is. Reads the engine's tables and changes none of them."""

from __future__ import annotations

from ddm.core import running
from ddm.core.causes import Cause, Explanation, Word
from ddm.core.circumstances import Room
from ddm.core.hostpolicy import HostPolicy
from ddm.core.job import Job, most_segments
from ddm.core.segment import Segment
from ddm.core.work import Work
from ddm.limits import LOOK_UP_TIMEOUT_S
from ddm.record import State
from ddm.units import duration, format_bytes, size, speed

# A limit that is filled so far is what holds back: the speed is a mean over some seconds.
_FILLED = 0.8
# A job that has less than this part of its share of a limit is held back by something else.
_OF_ITS_SHARE = 0.5
# Between two pieces, and on a lossy path, a connection may be silent for so long.
_SILENT_S = 3.0

_STATES = {
    State.VERIFYING: Cause(
        Word.VERIFYING, "every byte is there; the file is read once for its digest, then it is done"
    ),
    State.FINISHING: Cause(
        Word.FINISHING, "every byte is there; it is put on the disk and gets its name"
    ),
}
_NOTHING = Cause(Word.NOTHING, "nothing holds it back: its requests go out as they can")


def explanation(work: Work, job_id: int, now: float, *, story: bool) -> Explanation | None:
    """Of an admitted job, with its story if that is asked for; None for any other."""
    job = work.jobs.get(job_id)
    if job is None:
        return None
    told = work.journal.told(job_id, now) if story else ()
    return Explanation(job_id, causes(work, job, now), told)


def causes(work: Work, job: Job, now: float) -> tuple[Cause, ...]:
    """The causes, at least one, what holds it back most first."""
    single = (
        _leaving(job)
        or _STATES.get(job.state)
        or (job.room and _full(job.room, now))
        or _opening(job)
    )
    if single is not None:
        return (single,)
    found = _on_its_way(work, job, now) if _flows(job) else _standing(work, job, now)
    return tuple(cause for cause in found if cause is not None) or (_pace(job, now),)


def _flows(job: Job) -> bool:
    return any(segment.live and not segment.asks for segment in job.segments)


def _leaving(job: Job) -> Cause | None:
    """On its way out, or back to its beginning."""
    if job.restarting is not None:
        why = job.restarting.message
        return Cause(Word.DEGRADED, f"it is begun again once its requests have ended: {why}")
    if job.ending is None:
        return None
    if job.ending.state is State.PAUSED and not job.ending.remove:
        return Cause(Word.PAUSED, f"it is being paused; `ddm resume {job.id}` lets it go on")
    return Cause(Word.LEAVING, "it is leaving: its requests end, and its part file is closed")


def _full(room: Room, now: float) -> Cause:
    """No room on its disk."""
    return Cause(
        Word.DISK_FULL,
        f"{room.reason}; it goes on by itself when there is room",
        max(0.0, room.check_s - now),
    )


def _opening(job: Job) -> Cause | None:
    if job.opening:
        return Cause(Word.OPENING, "its part file is being opened")
    return None


def _standing(work: Work, job: Job, now: float) -> list[Cause | None]:
    """Nothing of it is under way, or its first request."""
    if job.lacks is not None and not job.live:
        return [_resolving(work, job, job.lacks, now)]
    asking = next((s for s in job.segments if s.live), None)
    if asking is not None:
        return [_connecting(work, job, asking, now)]
    waiting = job.waiting_segment()
    if waiting is not None and waiting.not_before_s > now:
        return [_waiting(work, job, waiting, now)]
    return [_gate(work, job, now)]


def _resolving(work: Work, job: Job, name: str, now: float) -> Cause:
    """The name of a host on its way is being looked up, or will be again."""
    host = work.addresses.host(name)
    whose = "" if name == job.target.host else "its proxy "
    if host.asked_s is None and host.failure is not None:
        left_s = max(0.0, host.again_s - now)
        return Cause(
            Word.RESOLVING, f"{host.failure.message}; asked again in {duration(left_s)}", left_s
        )
    since = duration(now - (now if host.asked_s is None else host.asked_s))
    return Cause(
        Word.RESOLVING,
        f"the address of {whose}{name} has been asked for for {since}; a look-up without an answer"
        f" after {duration(LOOK_UP_TIMEOUT_S)} is given up and tried again",
    )


def _connecting(work: Work, job: Job, segment: Segment, now: float) -> Cause:
    since = duration(now - segment.begun_s)
    longest = duration(work.limits.connect_timeout_secs)
    return Cause(
        Word.CONNECTING,
        f"its first request to {job.target.origin} has been on the way for {since}; a connection that"
        f" is not made after {longest} is given up (`connect_timeout_secs`)",
    )


def _waiting(work: Work, job: Job, segment: Segment, now: float) -> Cause:
    """Its next try is due at a time."""
    failure, left_s = segment.waits_for, max(0.0, segment.not_before_s - now)
    if job.alone is segment:
        return Cause(Word.ORIGIN_LIMIT, _asked_alone(job, segment), left_s)
    if failure is not None and failure.retry_after_s:
        left_s = max(left_s, work.budget.policy(job.target.origin).waits_s(now)[0] or 0.0)
        return Cause(
            Word.RETRY_AFTER,
            f"{failure.message} and wants to be left alone (Retry-After); asked again in {duration(left_s)}",
            left_s,
        )
    why = "" if failure is None else f"{failure.message}; "
    tries = work.limits.retry.max_attempts
    tried = f" (try {segment.attempts + 1} of {tries})" if segment.attempts else ""
    return Cause(Word.RETRY, f"{why}tried again in {duration(left_s)}{tried}", left_s)


def _asked_alone(job: Job, segment: Segment) -> str:
    why = "" if segment.waits_for is None else f" ({segment.waits_for.message})"
    return (
        f"{job.target.origin} refused a piece while others flowed{why}; it is asked for alone, to see"
        " whether that was one connection too many"
    )


def _gate(work: Work, job: Job, now: float) -> Cause | None:
    """Why its next request does not go out though it wants one; None if it does not, or it is about to."""
    if not running.wants(job, work):
        return None
    origin, budget, limits = job.target.origin, work.budget, work.limits
    policy, there = budget.policy(origin), budget.running_at(origin)
    wait_s, trial_s = policy.waits_s(now)
    if wait_s is not None:
        return Cause(
            Word.RETRY_AFTER,
            f"{origin} refused{_with(policy, now)} and is left alone; asked again in {duration(wait_s)}",
            wait_s,
        )
    if budget.full:
        return Cause(
            Word.BUDGET_TOTAL,
            f"{_all(limits.max_total_connections)} that ddm may have"
            f" {'is' if limits.max_total_connections == 1 else 'are'} in use, for"
            f" {_jobs(len(work.jobs))}; `ddm config set max_total_connections N` allows more",
        )
    if there < policy.limit:
        if policy.allows(there, now):
            return None
        return Cause(
            Word.ORIGIN_LIMIT,
            f"{origin} refused{_with(policy, now)}; for now requests go out one after the other",
        )
    if policy.learned:
        more = f"one more is tried in {duration(trial_s)}" if trial_s else "one more is being tried"
        return Cause(
            Word.ORIGIN_LIMIT,
            f"{origin} refused more than {_requests(policy.limit)} at once{_with(policy, now)}; {more}",
            trial_s,
        )
    own = limits.hosts.get(origin.key) is not None
    key = f"hosts.{origin}.max_connections" if own else "max_connections_per_host"
    return Cause(
        Word.BUDGET_HOST,
        f"{_all(policy.limit)} that {origin} may have {'is' if policy.limit == 1 else 'are'} in use;"
        f" `ddm config set {key} N` allows more",
    )


def _with(policy: HostPolicy, now: float) -> str:
    """With which answer an origin refused, and when: " (503, 6 s ago)"."""
    if policy.refusal is None or policy.refused_s is None:
        return ""
    return f" ({policy.refusal}, {duration(now - policy.refused_s)} ago)"


def _on_its_way(work: Work, job: Job, now: float) -> list[Cause | None]:
    """Bytes come, or are about to."""
    waiting = job.waiting_segment()
    later = None
    if waiting is not None and waiting.not_before_s > now:
        later = _waiting(work, job, waiting, now)
    elif job.alone is not None:
        later = Cause(Word.ORIGIN_LIMIT, _asked_alone(job, job.alone))
    limit, silent = _user_limit(work, job, now), _silent(work, job, now)
    return [limit or silent, _gate(work, job, now), later, _few(work, job)]


def _user_limit(work: Work, job: Job, now: float) -> Cause | None:
    """A limit of the user's that is filled: the job's own, or that of all jobs together."""
    own, all_bps = job.spec.max_bytes_per_sec, work.limits.max_bytes_per_sec
    if own and job.meter.speed_bps(now) >= _FILLED * own:
        return Cause(
            Word.USER_LIMIT,
            f"your limit for this job, {format_bytes(own)} a second, is used up;"
            f" `ddm limit off {job.id}` takes it off",
        )
    if not all_bps:
        return None
    speeds = [other.meter.speed_bps(now) for other in work.jobs.values() if other.live]
    share = all_bps / max(1, len(speeds))
    if sum(speeds) < _FILLED * all_bps or job.meter.speed_bps(now) < _OF_ITS_SHARE * share:
        return None
    return Cause(
        Word.USER_LIMIT,
        f"your limit for all jobs together, {format_bytes(all_bps)} a second, is used up, by"
        f" {_jobs(len(speeds))}; `ddm limit off` takes it off",
    )


def _few(work: Work, job: Job) -> Cause | None:
    """Why it asks over fewer connections than a job may have; None if it uses them all."""
    most = most_segments(job.spec, work.limits)
    if job.degraded and (job.stream or job.max_segments < most or job.mismatches):
        return Cause(Word.DEGRADED, job.degraded)
    if job.stream:
        return Cause(
            Word.NO_RANGES,
            "the server sends no ranges of this file, so it comes over one connection",
        )
    word = Word.ONE_CONNECTION if job.live <= 1 else Word.FEW_CONNECTIONS
    if job.live < job.connections_planned and not job.missing:
        return Cause(word, f"all that is missing is on its way, with {_requests(job.live)}")
    if job.connections_planned < job.max_segments:
        return Cause(
            word,
            f"it is too small for more than {_requests(job.connections_planned)} at once:"
            f" {size(job.size_bytes or 0)}",
        )
    if most == 1:
        return Cause(word, "it may have one connection (`max_segments`)")
    return None


def _silent(work: Work, job: Job, now: float) -> Cause | None:
    """None of its requests has brought a byte lately."""
    silent_s = min((now - s.sampled_s for s in job.segments if s.live), default=0.0)
    if silent_s <= _SILENT_S:
        return None
    longest = duration(work.limits.stall_timeout_secs)
    return Cause(
        Word.SILENT,
        f"no byte came from {job.target.origin} for {duration(silent_s)}; a request that stays"
        f" so for {longest} is given up and sent again (`stall_timeout_secs`)",
    )


def _pace(job: Job, now: float) -> Cause:
    """Nothing of ours holds it back."""
    bps = job.meter.speed_bps(now)
    if not bps:
        return _NOTHING
    return Cause(
        Word.SLOW_ORIGIN,
        f"{_requests(job.live)} at once is all it may have (`max_segments`), and the way from"
        f" {job.target.origin} brings {speed(bps)} over them",
    )


def _requests(count: int) -> str:
    return "1 request" if count == 1 else f"{count} requests"


def _all(count: int) -> str:
    return "the only connection" if count == 1 else f"all {count} connections"


def _jobs(count: int) -> str:
    return "this job alone" if count == 1 else f"{count} jobs"
