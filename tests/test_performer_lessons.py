"""What origins have taught, on its way through the performer."""

import pytest

from ddm.core.events import JobOffered, LessonsKnown
from ddm.http.url import Origin
from ddm.lesson import Lesson

ORIGIN = Origin("http", "a.test", 80)


@pytest.fixture
def house(build):
    return build({"f": 10})


class Heard:
    """The engine, and what it is told."""

    def __init__(self, engine):
        self._engine = engine
        self.events = []

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def handle(self, event, now):
        self.events.append(event)
        return self._engine.handle(event, now)


def listening(house):
    """Everything that the house's engine is told from now on."""
    heard = house.performer._engine = Heard(house.engine)
    return heard.events


def test_the_engine_hears_of_lessons_before_the_first_job_is_offered(house):
    lesson = Lesson(house.clock.wall(), limit=3)
    house.store.learn(ORIGIN.key, lesson)
    house.add("f")
    events = listening(house)

    house.performer.pump(house.clock.now())

    assert events[0] == LessonsKnown({ORIGIN: Lesson(house.clock.now(), limit=3)})
    assert any(isinstance(event, JobOffered) for event in events)


def test_what_another_process_forgets_is_told_while_jobs_are_in_work(house):
    house.store.learn(ORIGIN.key, Lesson(house.clock.wall(), limit=3))
    house.performer.pump(house.clock.now())
    events = listening(house)

    house.other.forget([ORIGIN.key])
    house.performer.queue_changed()
    house.performer.pump(house.clock.now())

    assert events[0] == LessonsKnown({}, frozenset({ORIGIN}))
