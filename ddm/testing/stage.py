"""A rehearsal: scripted servers and virtual time for the tests of programs that use `ddm.Manager`."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Unpack

from ddm.library.manager import Manager
from ddm.limits import Limits
from ddm.testing.cast import Asked, Cast
from ddm.testing.clock import VirtualClock
from ddm.testing.cues import Cues
from ddm.testing.playhouse import Playhouse
from ddm.testing.script import Moved, Script, Shape
from ddm.testing.story import Story

_LIMITS = Limits()


@contextmanager
def rehearsal(seed: int = 0) -> Iterator[Stage]:
    """A stage for the length of a `with` block; its managers are closed at the end.

    seed: of everything that is drawn, such as how long to wait before the next try. The same seed, the same story.
    """
    with ExitStack() as exits:
        yield Stage(seed, exits)


class Stage:
    """Servers that do as they are told, and managers that know no others. `rehearsal` makes it."""

    def __init__(self, seed: int, exits: ExitStack) -> None:
        self._exits = exits
        self._clock = VirtualClock()
        self._cues = Cues()
        self._story = Story(f"rehearsal {seed}")
        self._cast = Cast(random.Random(f"servers {seed}"))  # noqa: S311 - a scripted world, no secrets
        self._chance = random.Random(f"engine {seed}")  # noqa: S311 - as above

    def serve(self, url: str, content: bytes = b"", **shape: Unpack[Shape]) -> None:
        """Let a URL be answered from now on, and no more as it was before. Raises UsageError for what is no URL.

        shape: what the server is like, see `Shape`. A host that serves something says 404 to everything else; one that
        serves nothing has no address.
        """
        self._cast.enter(url, Script(content, **shape))

    def redirect(self, url: str, location: str, status: int = 302) -> None:
        """Let a URL lead elsewhere from now on."""
        self._cast.enter(url, Moved(location, status))

    def manager(
        self,
        state_dir: str | os.PathLike[str] | None = None,
        limits: Limits = _LIMITS,
        *,
        turn_budget_s: float | None = None,
    ) -> Manager:
        """A manager that works on this stage, as `Manager.open` makes one for the real world.

        Its jobs and its files are real: on the disk, and in the state directory if there is one. Raises HeldError,
        StateError.
        """
        house = Playhouse(
            None if state_dir is None else Path(state_dir).absolute(),
            limits,
            cast=self._cast,
            clock=self._clock,
            cues=self._cues,
            story=self._story,
            chance=self._chance,
        )
        self._exits.callback(house.close)
        manager = Manager(house, turn_budget_s=turn_budget_s)
        self._exits.callback(manager.close)
        return manager

    def after(self, delay_s: float, callback: Callable[[], object]) -> None:
        """Call this when so many virtual seconds have passed, between two turns; only turns let time pass.

        What it raises comes out of the turn.
        """
        self._cues.give(self.now_s + delay_s, callback)

    @property
    def now_s(self) -> float:
        """Virtual seconds since the rehearsal began."""
        return self._clock.now()

    @property
    def requests(self) -> Sequence[Asked]:
        """What the servers were asked so far."""
        return tuple(self._cast.asked)

    @property
    def story(self) -> Sequence[str]:
        """What happened on the network so far, a line each, for people."""
        return self._story.lines
