"""Names that are being looked up; each answer is an event."""

from __future__ import annotations

from ddm.core.commands import LookUp
from ddm.core.events import LookedUp
from ddm.errand import Errand
from ddm.failures import FailureError
from ddm.ports import Names


class LookUps:
    """What was asked for, by host, and is not answered yet."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._asked: dict[str, Errand[tuple[str, ...]]] = {}

    def begin(self, command: LookUp) -> None:
        """Ask for the addresses of a host."""
        self._asked[command.host] = self._names.look_up(command.host)

    @property
    def ready(self) -> bool:
        """Whether there are answers already."""
        return any(errand.over for errand in self._asked.values())

    def answers(self) -> list[LookedUp]:
        """Those that are there by now."""
        over = [host for host, errand in self._asked.items() if errand.over]
        return [_answer(host, self._asked.pop(host)) for host in over]


def _answer(host: str, errand: Errand[tuple[str, ...]]) -> LookedUp:
    try:
        return LookedUp(host, errand.result())
    except FailureError as error:
        return LookedUp(host, (), error.failure)
