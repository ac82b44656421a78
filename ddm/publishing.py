"""Files that are whole, until they have their names.

It has to be on the disk that they are about to get them: one commit for all that end together.
"""

from __future__ import annotations

from ddm.core.commands import PublishFile
from ddm.core.events import Event
from ddm.ledger import Ledger
from ddm.parts import Parts


class Publishing:
    """What is to be renamed with the next commit."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self._parts = parts
        self._ledger = ledger
        self._waiting: list[PublishFile] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, command: PublishFile) -> None:
        """One more file that is whole."""
        self._waiting.append(command)

    def publish(self) -> list[Event]:
        """Give the files their names; none while another process is writing to the store. Raises StateError."""
        if not self._waiting or not self._ledger.commit():
            return []
        commands, self._waiting = self._waiting, []
        return self._parts.publish(commands)
