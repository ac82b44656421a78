"""Files that are whole, until they have their names.

It has to be on the disk that they are about to get them: one commit for all that end together, or nearly so. A
commit that waits for the disk takes milliseconds, and where files are small a hundred end in that time.
"""

from __future__ import annotations

from ddm.core.commands import PublishFile
from ddm.core.events import Event
from ddm.ledger import Ledger
from ddm.limits import PUBLISH_WAIT_S
from ddm.parts import Parts


class Publishing:
    """What is to be renamed with the next commit."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self._parts = parts
        self._ledger = ledger
        self._waiting: list[PublishFile] = []
        self._since_s: float | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, command: PublishFile) -> None:
        """One more file that is whole."""
        self._waiting.append(command)

    def publish(self, now: float, *, more: bool) -> list[Event]:
        """Give the files their names; none while another process is writing to the store. Raises StateError.

        more: other files may be whole in a moment, so that this may wait for them.
        """
        if not self._waiting:
            return []
        self._since_s = now if self._since_s is None else self._since_s
        if more and now < self._since_s + PUBLISH_WAIT_S:
            return []
        if not self._ledger.commit(names=True):
            return []
        commands, self._waiting, self._since_s = self._waiting, [], None
        return self._parts.publish(commands)
