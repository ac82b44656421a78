"""What origins have taught, between the store and the engine, whose clock begins anywhere.

The store has Unix time, for it outlives the machine's start; the engine has a clock that never jumps. How far they
are apart is asked each time: a user may set the one, and the other stands still while the machine sleeps.
"""

from __future__ import annotations

from ddm.core.commands import RecordLesson
from ddm.core.events import LessonsKnown
from ddm.errors import BusyError
from ddm.http.url import Origin
from ddm.lesson import Lesson
from ddm.ports import Clock, Store


class Learned:
    """What the engine knows of what is stored."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._seen: dict[str, Lesson] = {}  # as stored, also by us
        self._due = True

    def look_again(self) -> None:
        """Another process wrote to the store."""
        self._due = True

    def news(self) -> LessonsKnown | None:
        """What others have changed since the last look, None for nothing new, or for a store that is busy.

        Everything that was recorded has to be committed. Raises StateError.
        """
        if not self._due:
            return None
        try:
            found = self._store.lessons()
        except BusyError:
            return None
        self._due = False
        before, self._seen = self._seen, found
        gone = before.keys() - found.keys()
        changed = {key: lesson for key, lesson in found.items() if before.get(key) != lesson}
        if not gone and not changed:
            return None
        wall_s = self._clock.wall()
        apart_s = wall_s - self._clock.now()
        lessons = {Origin.of_key(key): each.aged(wall_s) for key, each in changed.items()}
        return LessonsKnown(
            {origin: each.moved(-apart_s) for origin, each in lessons.items() if not each.empty},
            frozenset(map(Origin.of_key, gone)),
        )

    def as_stored(self, command: RecordLesson) -> tuple[str, Lesson]:
        """A lesson and the key of its origin, for the store."""
        key = command.origin.key
        lesson = command.lesson.moved(self._clock.wall() - self._clock.now())
        self._seen[key] = lesson
        return key, lesson
