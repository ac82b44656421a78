"""What one consumer is given, told by hand."""

import asyncio
import gc
import weakref

import pytest
from msgspec.structs import replace

from ddm.core.view import recorded
from ddm.embed import on_asyncio
from ddm.errors import ClosedError, StateError, UsageError
from ddm.library.happenings import Done, Failed, HostLate, Missed, Progress, Started, Waiting
from ddm.library.job import Job
from ddm.library.pace import Pace
from ddm.library.stream import Stream
from ddm.limits import STREAM_MAX
from ddm.record import JobRecord, State, Wanted
from ddm.spec import JobSpec
from ddm.testing import rehearsal

SPEC = JobSpec("http://a.test/f", "/files")
RECORD = JobRecord(1, SPEC, Wanted.RUN, State.RUNNING)
URL = "https://example.org/f"


def view(job_id=1, done_bytes=0, **more):
    return replace(recorded(RECORD), id=job_id, done_bytes=done_bytes, **more)


@pytest.fixture
def jobs(room):
    return tuple(Job(None, room, SPEC, job_id) for job_id in (1, 2))


@pytest.fixture
def of_jobs(room, jobs):
    stream = Stream(room, jobs, Pace(4.0), pytest.fail)
    stream.number()
    return stream


def ends(stream):
    """Whether a loop over it ends now."""
    step = stream.__anext__()
    try:
        step.send(None)
    except StopAsyncIteration:
        return True
    except StopIteration:
        return False
    finally:
        step.close()
    pytest.fail("it waits")


def test_what_happened_is_taken_once_the_oldest_first(stream):
    told = [Started(view()), Progress(view(1, 7)), Done(view(1, 9))]
    for happening in told:
        stream.offer(happening)

    assert (stream.take(), stream.take()) == (told, [])


@pytest.mark.parametrize("kind", [Progress, Waiting])
def test_newer_news_of_a_job_takes_the_place_of_older_news_that_nobody_took(stream, kind):
    stream.offer(kind(view(1, 7)))
    stream.offer(kind(view(2, 1)))
    stream.offer(kind(view(1, 9)))

    assert stream.take() == [kind(view(2, 1)), kind(view(1, 9))]


def test_progress_and_a_wait_stay_in_their_order(stream):
    told = [Progress(view(1, 7)), Waiting(view(1, 7)), Progress(view(1, 9))]
    for happening in told:
        stream.offer(happening)

    assert stream.take() == told[1:]


def test_of_a_loop_that_was_late_again_and_again_the_worst_is_told(stream):
    for late_s in (0.2, 0.9, 0.3):
        stream.late(late_s)
    assert stream.take() == [HostLate(0.9)]

    stream.late(0.2)
    assert stream.take() == [HostLate(0.2)]


def test_who_takes_nothing_misses_the_oldest_and_is_told_how_many(stream):
    for job_id in range(STREAM_MAX + 3):
        stream.offer(Started(view(job_id)))
    missed, first, *others = stream.take()

    assert (missed, first.job_id) == (Missed(3), 3)
    assert len(others) == STREAM_MAX - 1
    stream.offer(Started(view(9)))
    assert stream.take() == [Started(view(9))]


def test_one_that_is_of_certain_jobs_has_no_others(of_jobs):
    of_jobs.offer(Started(view(3)))
    of_jobs.offer(Started(view(2)))

    assert of_jobs.take() == [Started(view(2))]


def test_a_job_counts_as_soon_as_it_has_its_number(room):
    job = Job(None, room, SPEC, None)
    stream = Stream(room, (job,), Pace(4.0), pytest.fail)
    stream.number()
    job.id = 7
    stream.offer(Started(view(7)))
    assert stream.take() == []

    stream.number()
    stream.offer(Started(view(7)))
    assert stream.take() == [Started(view(7))]


def test_it_ends_when_all_of_its_jobs_are_over(of_jobs, jobs):
    for job, state in zip(jobs, (State.DONE, State.FAILED), strict=True):
        assert not of_jobs.over
        job.left(view(job.id, state=state))
        of_jobs.offer(Done(view(job.id)))

    assert [ends(of_jobs) for _ in range(3)] == [False, False, True]


def test_it_goes_on_if_one_that_had_failed_does(of_jobs, jobs):
    for job in jobs:
        job.left(view(job.id, state=State.FAILED))
    assert of_jobs.over
    jobs[0].goes_on()
    assert not of_jobs.over


def test_one_of_all_jobs_ends_when_the_manager_is_closed(stream, room):
    stream.offer(Started(view()))
    assert not stream.over
    room.end(ClosedError("the manager was closed"))

    assert [ends(stream) for _ in range(2)] == [False, True]


def test_a_queue_that_broke_is_an_error_for_who_waits(stream, room):
    room.end(StateError("the queue is gone"))

    with pytest.raises(StateError, match="gone"):
        ends(stream)


def test_who_closes_it_hears_no_more(room):
    with Stream(room, (), Pace(4.0), pytest.fail) as stream:
        stream.offer(Started(view()))
    stream.offer(Done(view()))
    stream.late(0.5)

    assert (stream.over, stream.closed, stream.take(), ends(stream)) == (True, True, [], True)
    stream.close()


def test_without_a_loop_that_has_coroutines_nobody_can_wait_for_it(stream):
    with pytest.raises(UsageError, match="nobody turns this manager"):
        stream.__anext__().send(None)


def test_who_has_no_coroutines_is_called_when_there_is_something(stream, room):
    taken = []
    stream.when_some(lambda stream: taken.append(stream.take()))
    room.call()
    assert taken == []

    for _ in range(2):
        stream.offer(Started(view()))
        stream.offer(Done(view()))
        room.call()
    assert taken == [[Started(view()), Done(view())]] * 2


def test_who_asks_to_be_called_later_is_called_for_what_is_there(stream, room):
    taken = []
    stream.offer(Started(view()))
    stream.when_some(lambda stream: taken.append(stream.take()))
    assert taken == []
    room.call()
    assert taken == [[Started(view())]]


def test_who_closes_it_is_not_called_any_more(stream, room):
    called = []
    stream.when_some(called.append)
    stream.offer(Started(view()))
    stream.close()
    stream.offer(Done(view()))
    room.call()

    assert called == []


def test_one_that_calls_need_not_be_kept_until_its_jobs_are_over(room, jobs):
    taken = []

    def listen():
        stream = Stream(room, jobs, Pace(4.0), pytest.fail)
        stream.number()
        stream.when_some(lambda stream: taken.extend(stream.take()))
        return weakref.ref(stream)

    known = listen()
    gc.collect()
    for job in jobs:
        job.left(view(job.id, state=State.FAILED))
    known().offer(Failed(view()))
    room.call()
    gc.collect()

    assert (taken, known()) == ([Failed(view())], None)


def test_a_loop_with_coroutines_iterates_over_it(tmp_path):
    async def main():
        async with on_asyncio(manager):
            job = manager.add(URL, tmp_path)
            return [type(happening) async for happening in manager.events(job)]

    with rehearsal() as stage:
        stage.serve(URL, bytes(100))
        manager = stage.manager()

        assert asyncio.run(main()) == [Started, Done]


def test_who_waits_and_is_cancelled_leaves_it_as_it_is(tmp_path):
    async def main():
        async with on_asyncio(manager):
            stream = manager.events()
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            waiting.cancel()
            job = manager.add(URL, tmp_path)
            await job
            return [type(happening) for happening in stream.take()]

    with rehearsal() as stage:
        stage.serve(URL, bytes(100))
        manager = stage.manager()

        assert asyncio.run(main()) == [Started, Done]


def test_who_waits_when_the_manager_is_closed_is_at_the_end(tmp_path):
    async def main():
        async with on_asyncio(manager):
            waiting = asyncio.ensure_future(anext(manager.events(), "the end"))
            await asyncio.sleep(0)
            manager.close()
            return await waiting

    with rehearsal() as stage:
        manager = stage.manager()
        assert asyncio.run(main()) == "the end"
