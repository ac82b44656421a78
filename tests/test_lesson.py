"""What is kept of an origin."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from ddm.lesson import Lesson


def test_what_nobody_knows_is_not_written_down() -> None:
    lesson = Lesson(learned_s=5.0, limit=4, refusal="503", refused_s=4.0)
    written = msgspec.to_builtins(lesson)
    assert written == {"learned_s": 5.0, "limit": 4, "refusal": "503", "refused_s": 4.0}
    assert msgspec.convert(written, Lesson) == lesson


NOW = 1_800_000_000.0
DAY = 86_400.0
FULL = Lesson(
    learned_s=NOW,
    ranges=True,
    if_range=False,
    http_version="2",
    connections=12,
    speed_bps=5_000_000,
    limit=4,
    refusal="503",
    refused_s=NOW,
    not_before_s=NOW + 60,
    small=False,
)


def test_a_fresh_lesson_is_believed() -> None:
    assert FULL.aged(NOW) == FULL


def test_a_wait_that_is_over_is_forgotten() -> None:
    assert FULL.aged(NOW + 60) == replace(FULL, not_before_s=None)


def test_nobody_waits_longer_than_a_day() -> None:
    far = replace(FULL, not_before_s=NOW + DAY + 1)
    assert far.aged(NOW) == replace(FULL, not_before_s=None)


def test_a_limit_is_forgotten_after_a_day_whatever_else_was_learned_since() -> None:
    lesson = replace(FULL, learned_s=NOW + DAY, not_before_s=None)
    without = replace(lesson, limit=None, refusal=None, refused_s=None)
    assert lesson.aged(NOW + DAY) == lesson
    assert lesson.aged(NOW + DAY + 1) == without


def test_a_limit_without_a_time_is_as_old_as_its_lesson() -> None:
    lesson = Lesson(learned_s=NOW, limit=4, ranges=True)
    assert lesson.aged(NOW + DAY).limit == 4
    assert lesson.aged(NOW + DAY + 1) == Lesson(learned_s=NOW, ranges=True)


def test_everything_is_forgotten_after_thirty_days() -> None:
    assert FULL.aged(NOW + 30 * DAY).connections == 12
    assert FULL.aged(NOW + 30 * DAY + 1) == Lesson()


def test_what_was_learned_in_the_future_is_not_believed() -> None:
    assert FULL.aged(NOW - DAY).connections == 12
    assert FULL.aged(NOW - DAY - 1) == Lesson()


def test_a_time_alone_is_no_knowledge() -> None:
    assert Lesson(learned_s=NOW).empty
    assert not Lesson(ranges=False).empty


def test_on_another_clock_every_time_is_another() -> None:
    moved = FULL.moved(-NOW)
    assert (moved.learned_s, moved.refused_s, moved.not_before_s) == (0.0, 0.0, 60.0)
    assert moved.moved(NOW) == FULL
    assert Lesson(learned_s=5.0).moved(1.0) == Lesson(learned_s=6.0)


def test_newer_knowledge_takes_the_place_of_older_and_leaves_the_rest() -> None:
    newer = Lesson(learned_s=NOW + 5, connections=3, ranges=False)
    assert FULL.updated(newer) == replace(FULL, learned_s=NOW + 5, connections=3, ranges=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},  # nothing would ever be asked again
        {"connections": 0},
        {"connections": 65_536},
        {"speed_bps": -1},
        {"learned_s": -1.0},
        {"refused_s": 1e12},
        {"http_version": "2\x1b[31m"},
        {"refusal": ""},
        {"refusal": "503\n"},
        {"ranges": 1},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_not_read(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Lesson)
