"""What is kept of an origin."""

from __future__ import annotations

import msgspec

from ddm.lesson import Lesson


def test_what_nobody_knows_is_not_written_down() -> None:
    lesson = Lesson(learned_s=5.0, limit=4, refusal="503", refused_s=4.0)
    written = msgspec.to_builtins(lesson)
    assert written == {"learned_s": 5.0, "limit": 4, "refusal": "503", "refused_s": 4.0}
    assert msgspec.convert(written, Lesson) == lesson
