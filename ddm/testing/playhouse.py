"""The house of a rehearsal: real rooms, but for the network, the clock, and who waits for the disk."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from ddm.core.causes import Explanation
from ddm.core.engine import Engine
from ddm.core.events import RoomGivenUp, StopRequested
from ddm.core.view import JobView, QueueView
from ddm.custody import Custody
from ddm.limits import USER_AGENT, Limits
from ddm.listeners import Listeners
from ddm.multi.wakeup import WakeUp
from ddm.performer import Performer
from ddm.testing.network import SimNetwork
from ddm.testing.reactor import VirtualReactor
from ddm.testing.scene import Scene
from ddm.testing.unsynced import Unsynced
from ddm.turns import Part, TurnFigures


class Playhouse:
    """Fits `library.household.Household`, and does what `house.House` does in fewer words.

    Nobody else adds to its queue, and nobody watches it.
    """

    def __init__(
        self,
        state_dir: Path | None,
        limits: Limits,
        scene: Scene,
        *,
        within: Playhouse | None = None,
    ) -> None:
        """within: another one, in whose reactor this one only asks servers.

        Raises HeldError if another manager has this state directory; StateError.
        """
        self._limits, self._scene = limits, scene
        with ExitStack() as undo:
            custody = undo.enter_context(Custody.take(state_dir, scene.clock.wall))
            if within is None:
                self.reactor = VirtualReactor(scene.clock, scene.cues, scene.story)
                undo.callback(self.reactor.close)
            else:
                self.reactor = within.reactor
            self._wakeup = WakeUp(self.reactor)
            undo.callback(self._wakeup.close)
            elsewhere = Unsynced()
            custody.disk.elsewhere = elsewhere
            self._database = custody.database
            self._database.enter_loop(elsewhere)
            self.store = custody.store
            self.notices = custody.notices
            self._network = SimNetwork(scene.cast, clock=scene.clock, story=scene.story)
            self._engine = Engine(
                limits, chance=scene.chance, user_agent=USER_AGENT, describe=within is not None
            )
            self._performer = Performer(
                self._engine,
                network=self._network,
                disk=custody.disk,
                store=custody.store,
                marks=custody.marks,
                names=scene.cast,
                clock=scene.clock,
            )
            undo.callback(self._performer.close)
            self.reactor.join(self, Part.DECIDING)
            undo.callback(self.reactor.leave, self)
            self._exits = undo.pop_all()

    def close(self) -> None:
        """See Household; again is no error."""
        self._exits.close()

    def discard(self) -> None:
        """See Household."""
        self._performer.discard()

    def describing(self) -> Playhouse:
        """See Household."""
        return Playhouse(None, self._limits, self._scene, within=self)

    def let_go(self) -> None:
        """See Household. Only real managers are told of forks."""

    @property
    def listeners(self) -> Listeners:
        """See Household."""
        return self._performer.listeners

    @property
    def idle(self) -> bool:
        """See Household."""
        return self._performer.idle

    @property
    def stuck(self) -> bool:
        """See Household."""
        return self._performer.stuck

    def give_up_waiting(self) -> None:
        """See Household."""
        self._performer.submit(RoomGivenUp())

    def work_on(self, ids: Iterable[int] | None) -> None:
        """See Household."""
        self._performer.work_on(ids)
        self._performer.queue_changed()

    def queue_changed(self) -> None:
        """See Household."""
        self._performer.queue_changed()
        self.poke()

    def stop(self) -> None:
        """See Household."""
        self._performer.submit(StopRequested())
        self.poke()

    def now(self) -> float:
        """See Household: virtual seconds."""
        return self._scene.clock.now()

    def view(self) -> QueueView:
        """See Household."""
        return self._engine.view(self.reactor.now)

    def picture(self, job_id: int) -> JobView | None:
        """See Household."""
        return self._engine.picture(job_id, self.reactor.now)

    def explain(self, job_id: int, *, story: bool = False) -> Explanation | None:
        """See Household."""
        return self._engine.explain(job_id, self.reactor.now, story=story)

    def turns(self) -> TurnFigures:
        """See Household. They take no virtual time."""
        return self.reactor.turns.figures()

    def share(self, turn_budget_s: float) -> None:
        """See Household."""
        self.reactor.allow(turn_budget_s)

    def poke(self) -> None:
        """See Household."""
        self._wakeup.poke()

    def fileno(self) -> int:
        """See Household."""
        return self.reactor.fileno()

    def turn(self, wait_s: float | None = None) -> None:
        """See Household, and `VirtualReactor.turn`."""
        self.reactor.turn(wait_s)

    # -- as a member of the reactor ----------------------------------------------------------------

    def deadline(self) -> float | None:
        """See reactor.Member."""
        times = (self._network.deadline(), self._performer.deadline())
        return min((due for due in times if due is not None), default=None)

    def run(self, now: float) -> None:
        """See reactor.Member. Raises StateError."""
        if self._database.owes():
            self._performer.be_durable()
        self._network.advance(now)
        self._performer.pump(now)
