"""What waits until something is on the disk: names of files, and what comes after smaller claims."""

from __future__ import annotations

from ddm.core.commands import Command
from ddm.held import Held
from ddm.ledger import Ledger
from ddm.parts import Parts
from ddm.publishing import Publishing


class Awaited:
    """Commits what it has to, without waiting; each turn asks what has come of it."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self._ledger = ledger
        self.held = Held()
        self.publishing = Publishing(parts, ledger)

    def __bool__(self) -> bool:
        return bool(self.held or self.publishing)

    @property
    def uncommitted(self) -> bool:
        """Whether something is to be committed as soon as that is possible."""
        return self.held.uncommitted or self.publishing.uncommitted

    def settle(self, now: float, *, more: bool) -> list[Command]:
        """Give names to what is on the disk, and commit what is to be there next; what may be done now.

        more: see `Publishing.commit`. Raises StateError.
        """
        commands = self._on_disk()
        committed = self._ledger.committed
        self.publishing.commit(now, more=more)
        if self.held.uncommitted and self._ledger.commit():
            self.held.committed(committed.to_disk())
        committed.begin()
        return commands + self._on_disk()  # it may have taken no time

    def _on_disk(self) -> list[Command]:
        committed = self._ledger.committed
        committed.look()
        self.publishing.publish()
        return self.held.release(committed.is_on_disk)
