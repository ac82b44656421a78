"""Who may turn a manager: one at a time, until its end, and in the process that it was opened in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ddm.errors import ClosedError, StateError, UsageError
from ddm.library.household import Household
from ddm.library.waiting import Pending, Room


class Gate:
    """Turns a house. broken: whether a turn was left in its middle; then the house can only be closed."""

    def __init__(self, house: Household, room: Room) -> None:
        self.broken: bool = False
        self._house = house
        self._room = room
        self._turning = False

    def turn(self, wait_s: float | None) -> None:
        """See Manager.turn."""
        self._room.check()
        if self._turning:
            raise UsageError(
                "a turn of this manager is under way: it is turned from nowhere within, and by one thread at a time"
            )
        self._turning = True
        try:
            self._house.turn(wait_s)
        except BaseException as error:
            self._note(error)
            raise
        finally:
            self._turning = False
        self._room.call()

    def wait(
        self,
        pending: Sequence[Pending[object]],
        timeout_s: float | None,
        turn: Callable[[float | None], None],
    ) -> bool:
        """See Manager.wait. turn: the manager's own, which a class made from it may have changed."""
        self._check_own()
        until_s = None if timeout_s is None else self._house.now() + timeout_s
        while not all(each.over for each in pending):
            left_s = None if until_s is None else until_s - self._house.now()
            if left_s is not None and left_s <= 0:
                return False
            turn(left_s)
        return True

    def wait_a_turn(self, turn: Callable[[float | None], None]) -> None:
        """Turn once, when there is something to do. turn: as for `wait`."""
        self._check_own()
        turn(None)

    def _check_own(self) -> None:
        """Raises UsageError where somebody's loop turns the manager."""
        if self._room.host is not None:
            raise UsageError(f"{self._room.host.name} turns this manager: wait for it there")

    def _note(self, error: BaseException) -> None:
        """What the error means for later turns: nothing, where it came while there was nothing to do but wait."""
        if self._house.reactor.turning and not self.broken:
            self.broken = True
            if not isinstance(error, StateError):
                cause = type(error).__name__
                said = f"{cause} came in the middle of a turn; close the manager, its jobs keep what they have"
                error = ClosedError(said)
            self._room.end(error)
