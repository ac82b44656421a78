"""The table of origins, also where somebody else has written to it."""

import pytest

from ddm.errors import BusyError
from ddm.lesson import Lesson
from ddm.store.hosts import LESSONS_MAX, HostTable

A, B = "https:a.test:443", "http:[::1]:80"
NOW = 1_800_000_000.0


@pytest.fixture
def hosts(database):
    return HostTable(database)


def written(database, origin, lesson, learned_s=NOW):
    """Write a row as it is."""
    database.write("INSERT INTO hosts VALUES (?, ?, ?)", (origin, lesson, learned_s))


def test_nothing_is_known_at_first(hosts):
    assert hosts.lessons() == {}
    assert hosts.tidy(NOW) == []


def test_a_lesson_is_kept_as_it_was(hosts):
    lesson = Lesson(NOW + 0.1, True, False, "2", 12, 5, 4, "503", NOW, NOW + 0.7, small=True)

    hosts.learn(A, lesson)

    assert hosts.lessons() == {A: lesson}


def test_the_last_lesson_counts_and_the_newest_stands_first(hosts):
    hosts.learn(A, Lesson(NOW, limit=1))
    hosts.learn(B, Lesson(NOW + 1))
    hosts.learn(A, Lesson(NOW + 2, limit=2))

    assert list(hosts.lessons().items()) == [(A, Lesson(NOW + 2, limit=2)), (B, Lesson(NOW + 1))]


def test_all_processes_see_it(hosts, connect):
    hosts.learn(A, Lesson(NOW))

    assert HostTable(connect()).lessons() == {A: Lesson(NOW)}


def test_origins_are_forgotten(hosts):
    for key in (A, B):
        hosts.learn(key, Lesson(NOW))

    hosts.forget([A, "https:never.test:443"])
    assert list(hosts.lessons()) == [B]
    assert hosts.forget_all() == 1
    assert hosts.lessons() == {}


def test_of_two_lessons_the_newer_one_is_kept(hosts):
    hosts.learn(A, Lesson(NOW, limit=1))
    hosts.learn(B, Lesson(NOW, limit=1))

    newer = hosts.merge({A: Lesson(NOW, limit=2), B: Lesson(NOW + 1, limit=2)})

    assert newer == [B]
    assert {key: lesson.limit for key, lesson in hosts.lessons().items()} == {A: 1, B: 2}


@pytest.mark.parametrize(
    ("origin", "lesson"),
    [
        (A, "{"),
        (A, b"\xff\xfe"),
        (A, '{"limit": 0}'),
        (A, '{"limit": "many"}'),
        (A, "[" * 100_000),
        (A, "7"),
        ("https://a.test", "{}"),
        ("nowhere", "{}"),
        (b"\xff", "{}"),
        (None, "{}"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_row_that_makes_no_sense_is_passed_over_and_dropped(hosts, database, origin, lesson):
    hosts.learn(B, Lesson(NOW, limit=4))
    written(database, origin, lesson)

    assert hosts.lessons() == {B: Lesson(NOW, limit=4)}
    (key,) = hosts.unreadable()
    assert hosts.tidy(NOW) == [key]
    assert hosts.unreadable() == []
    assert hosts.lessons() == {B: Lesson(NOW, limit=4)}


def test_a_row_of_a_later_ddm_is_read_as_far_as_it_is_understood(hosts, database):
    written(database, A, '{"learned_s": 7.0, "limit": 4, "mood": "bad"}')

    assert hosts.lessons() == {A: Lesson(7.0, limit=4)}


def test_what_is_too_old_is_dropped(hosts):
    hosts.learn(A, Lesson(NOW - 31 * 86_400, limit=4))
    hosts.learn(B, Lesson(NOW - 29 * 86_400, ranges=True))

    assert hosts.tidy(NOW) == []
    assert list(hosts.lessons()) == [B]


def test_so_many_are_kept_and_no_more(hosts, database):
    with database.transaction():
        for number in range(LESSONS_MAX + 2):
            hosts.learn(f"https:{number}.test:443", Lesson(NOW - number, ranges=True))

    assert len(hosts.lessons()) == LESSONS_MAX
    hosts.tidy(NOW)
    (count,) = database.rows("SELECT count(*) FROM hosts")[0]
    assert count == LESSONS_MAX
    assert "https:0.test:443" in hosts.lessons()


def test_tidying_what_is_tidy_writes_nothing(hosts, connect, database):
    hosts.learn(A, Lesson(NOW, ranges=True))
    database.wait_for_others(0)
    other = connect()

    with other.transaction():
        assert hosts.tidy(NOW) == []
        with pytest.raises(BusyError):
            hosts.tidy(NOW + 31 * 86_400)
