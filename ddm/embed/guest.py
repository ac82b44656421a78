"""A manager in somebody else's loop: turned when its descriptor is readable or its deadline has come."""

from __future__ import annotations

from collections.abc import Callable

from ddm.library.manager import Manager
from ddm.library.waiting import Host
from ddm.limits import HOST_TURN_BUDGET_S


class Guest:
    """What every adapter does. on_broken: told when it cannot be turned any more; the adapter takes it off then."""

    def __init__(self, manager: Manager, host: Host, on_broken: Callable[[], object]) -> None:
        """Raises UsageError if another loop turns this manager."""
        self.manager = manager
        self.error: BaseException | None = None
        self._on_broken = on_broken
        self._is_in = True
        manager.enter_loop(host, HOST_TURN_BUDGET_S)

    def turn(self) -> float | None:
        """Do what there is to do; when the next turn is due at the latest, as `Manager.deadline` has it.

        An error is for who waits for a job, and for who leaves (`leave`); only what ends a program is the loop's, too.
        """
        try:
            self.manager.turn()
            return self.manager.deadline()
        except BaseException as error:
            self.error = error
            self._on_broken()
            self.leave()
            if not isinstance(error, Exception):
                raise  # KeyboardInterrupt is for the loop, too
            return None

    def leave(self) -> None:
        """Take it out of the loop, once; another one may turn it then."""
        if self._is_in:
            self._is_in = False
            self.manager.leave_loop(self.error)

    def check(self) -> None:
        """Raises what a turn raised."""
        if self.error is not None:
            raise self.error
