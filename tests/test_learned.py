"""Two clocks: the store's and the engine's."""

import pytest

from ddm.core.commands import RecordLesson
from ddm.core.events import LessonsKnown
from ddm.errors import BusyError
from ddm.http.url import Origin
from ddm.learned import Learned
from ddm.lesson import Lesson
from ddm.store.database import open_database
from ddm.store.hosts import HostTable
from ddm.testing.clock import VirtualClock

A, B = Origin("https", "a.test", 443), Origin("http", "::1", 80)


class Shaky(HostTable):
    """Busy where a test says so."""

    busy = False
    looks = 0

    def lessons(self):
        self.looks += 1
        if self.busy:
            raise BusyError("busy")
        return super().lessons()


@pytest.fixture
def clock():
    return VirtualClock(1000.0)


@pytest.fixture
def hosts():
    database = open_database(None)
    yield Shaky(database)
    database.close()


@pytest.fixture
def learned(hosts, clock):
    return Learned(hosts, clock)


def again(learned):
    learned.look_again()
    return learned.news()


def test_an_empty_store_is_no_news(learned):
    assert learned.news() is None


def test_the_engine_hears_everything_in_its_own_time(learned, hosts, clock):
    hosts.learn(A.key, Lesson(clock.wall() - 10, limit=4, refused_s=clock.wall() - 20))
    hosts.learn(B.key, Lesson(clock.wall(), not_before_s=clock.wall() + 30))

    assert learned.news() == LessonsKnown(
        {A: Lesson(990.0, limit=4, refused_s=980.0), B: Lesson(1000.0, not_before_s=1030.0)}
    )


def test_what_is_too_old_is_not_told(learned, hosts, clock):
    hosts.learn(A.key, Lesson(clock.wall() - 31 * 86_400, limit=4))
    hosts.learn(B.key, Lesson(clock.wall(), ranges=True, limit=4, refused_s=clock.wall() - 90_000))

    assert learned.news() == LessonsKnown({B: Lesson(1000.0, ranges=True)})


def test_nobody_looks_before_another_process_wrote(learned, hosts, clock):
    learned.news()
    hosts.learn(A.key, Lesson(clock.wall(), limit=4))

    assert learned.news() is None
    assert hosts.looks == 1
    assert again(learned) == LessonsKnown({A: Lesson(1000.0, limit=4)})


def test_later_only_what_changed_is_told(learned, hosts, clock):
    hosts.learn(A.key, Lesson(clock.wall(), limit=4))
    hosts.learn(B.key, Lesson(clock.wall(), limit=4))
    learned.news()

    hosts.forget([A.key])
    assert again(learned) == LessonsKnown({}, frozenset({A}))
    hosts.learn(B.key, Lesson(clock.wall(), limit=5))
    assert again(learned) == LessonsKnown({B: Lesson(1000.0, limit=5)})
    assert again(learned) is None


def test_what_the_engine_said_itself_is_no_news(learned, hosts, clock):
    key, lesson = learned.as_stored(RecordLesson(A, Lesson(999.5, limit=4, not_before_s=1007.25)))
    hosts.learn(key, lesson)

    assert lesson.learned_s == clock.wall() - 0.5
    assert again(learned) is None


def test_a_store_that_is_busy_is_looked_at_again(learned, hosts, clock):
    hosts.learn(A.key, Lesson(clock.wall(), limit=4))
    hosts.busy = True
    assert learned.news() is None

    hosts.busy = False
    assert learned.news() == LessonsKnown({A: Lesson(1000.0, limit=4)})
