"""What waits until something is on the disk: names of files, and what comes after smaller claims."""

from __future__ import annotations

from ddm.core.commands import Command
from ddm.core.events import Event
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

    def settle(self, now: float, *, more: bool) -> tuple[list[Event], list[Command]]:
        """What follows from what is on the disk; unless somebody hears of that, commit what is to be there next.

        more: see `Publishing.commit`. Raises StateError.
        """
        events, commands = self._on_disk()
        if events:
            return events, commands
        committed = self._ledger.committed
        self.publishing.commit(now, more=more)
        if self.held.uncommitted and self._ledger.commit():
            self.held.committed(committed.to_disk())
        committed.begin()
        events, others = self._on_disk()  # it may have taken no time
        return events, commands + others

    def _on_disk(self) -> tuple[list[Event], list[Command]]:
        committed = self._ledger.committed
        committed.look()
        return self.publishing.publish(), self.held.release(committed.is_on_disk)
