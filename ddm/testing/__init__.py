"""A rehearsal for the tests of programs that use DDM; and the simulated world in which DDM itself is tried.

`rehearsal` gives a `stage`: scripted servers (`cast`, `script`) and virtual time (`reactor`, `cues`) under the real
`Manager`, in a house that fits it (`playhouse`). Its files are real, but not synced (`unsynced`). docs/testing.md is
its page.

The simulated world: the real engine, performer and store, a virtual clock, a scripted origin, a faulty disk. One seed
draws everything (a `scenario`), so one number repeats a run: `python -m ddm.testing SEED`. The world (`world`) turns
the house as a reactor would: the clock jumps to the next deadline, the network brings what is due, the performer pumps;
then the watcher (`watcher`) looks at everything from outside and raises `Violation`, with the story, if a promise is
broken.

What a process finds when it begins, and what a kill or a power cut leaves, is in `machine`: `disk` (with
`names`, `part`), the store (`memory`, `store`), `marks`, the servers. `plug` ends a process within a turn,
`faults` lets calls of disk and store fail, `users` are other processes that add jobs and steer them.

`many` is another world over the same network: `crowd` draws 200 jobs on 20 origins of different temper (`manners`),
`shallow` is a disk that only counts, and `connections`, `fairness` and `refusals` see who gets how many, and when.
`python -m ddm.testing --many SEED` repeats one.

`clock`, `network` (with `transfer`; behind it `origin`, `served`, `reply`, `body`), `disk` and `store` fit the
shapes of `ddm.ports`. What can go wrong with a request is in `trouble`; what is drawn in `dealer` and `steering`;
what is watched in `watcher` (with `contents`, `hedges`), `traffic`, `removals`, `verdict`. It does no I/O.

Nothing here sleeps, opens a connection, or imports pycurl.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddm.testing.cast import Asked
    from ddm.testing.script import Cut, Shape
    from ddm.testing.stage import Stage, rehearsal
    from ddm.testing.story import Violation
    from ddm.testing.trouble import Trouble

__all__ = ["Asked", "Cut", "Shape", "Stage", "Trouble", "Violation", "rehearsal"]

_HOMES = {
    "Asked": "ddm.testing.cast",
    "Cut": "ddm.testing.script",
    "Shape": "ddm.testing.script",
    "Stage": "ddm.testing.stage",
    "Trouble": "ddm.testing.trouble",
    "Violation": "ddm.testing.story",
    "rehearsal": "ddm.testing.stage",
}


if not TYPE_CHECKING:  # a type checker knows every name above, and finds fault with any other

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
