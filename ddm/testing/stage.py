"""A rehearsal: scripted servers and virtual time for the tests of programs that use `ddm.Manager`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Unpack

from ddm.library.download import OnProgress, download_in
from ddm.library.manager import Manager
from ddm.limits import Limits
from ddm.specs import Options, spec_of
from ddm.testing.cast import Asked
from ddm.testing.playhouse import Playhouse
from ddm.testing.scene import Scene
from ddm.testing.script import Moved, Script, Shape

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
        self._scene = Scene.of(seed)

    def serve(self, url: str, content: bytes = b"", **shape: Unpack[Shape]) -> None:
        """Let a URL be answered from now on, and no more as it was before. Raises UsageError for what is no URL.

        shape: what the server is like, see `Shape`. A host that serves something says 404 to everything else; one that
        serves nothing has no address.
        """
        self._scene.cast.enter(url, Script(content, **shape))

    def redirect(self, url: str, location: str, status: int = 302) -> None:
        """Let a URL lead elsewhere from now on."""
        self._scene.cast.enter(url, Moved(location, status))

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
        house = self._open(state_dir, limits)
        manager = Manager(house, turn_budget_s=turn_budget_s)
        self._exits.callback(manager.close)
        return manager

    def download(
        self,
        url: str,
        dest: str | os.PathLike[str] = ".",
        *,
        state_dir: str | os.PathLike[str] | None = None,
        limits: Limits = _LIMITS,
        force_restart: bool = False,
        on_progress: OnProgress | None = None,
        **options: Unpack[Options],
    ) -> Path:
        """Fetch one file on this stage, as `ddm.download` does in the real world."""
        return download_in(
            lambda: self._open(state_dir, limits),
            spec_of(url, dest, **options),
            kept=state_dir is not None,
            force_restart=force_restart,
            on_progress=on_progress,
        )

    def after(self, delay_s: float, callback: Callable[[], object]) -> None:
        """Call this when so many virtual seconds have passed, between two turns; only turns let time pass.

        What it raises comes out of the turn.
        """
        self._scene.cues.give(self.now_s + delay_s, callback)

    @property
    def now_s(self) -> float:
        """Virtual seconds since the rehearsal began."""
        return self._scene.clock.now()

    @property
    def requests(self) -> Sequence[Asked]:
        """What the servers were asked so far."""
        return tuple(self._scene.cast.asked)

    @property
    def story(self) -> Sequence[str]:
        """What happened on the network so far, a line each, for people."""
        return self._scene.story.lines

    def _open(self, state_dir: str | os.PathLike[str] | None, limits: Limits) -> Playhouse:
        directory = None if state_dir is None else Path(state_dir).absolute()
        house = Playhouse(directory, limits, self._scene)
        self._exits.callback(house.close)
        return house
