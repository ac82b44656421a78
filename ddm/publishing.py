"""Files that are whole, until they have their names.

It has to be on the disk that they are about to get them: one commit for all that end together, or nearly so. A
commit that has to reach the disk takes milliseconds, and where files are small a hundred end in that time.
"""

from __future__ import annotations

from ddm.core.commands import PublishFile
from ddm.ledger import Ledger
from ddm.limits import PUBLISH_WAIT_S
from ddm.parts import Parts


class Publishing:
    """What is to be renamed with the next commit, and what is committed and not on the disk yet."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self._parts = parts
        self._ledger = ledger
        self._whole: list[PublishFile] = []
        self._since_s: float | None = None
        self._committed: list[PublishFile] = []
        self._number = 0  # of the sync that those wait for

    def __bool__(self) -> bool:
        return bool(self._whole or self._committed)

    @property
    def uncommitted(self) -> bool:
        """Whether something is to be committed that waits for nothing else."""
        return bool(self._whole) and not self._committed

    def add(self, command: PublishFile) -> None:
        """One more file that is whole."""
        self._whole.append(command)

    def commit(self, now: float, *, more: bool) -> None:
        """Commit that the files get their names; not while another process is writing to the store. Raises StateError.

        more: other files may be whole in a moment, so that this may wait for them. What comes while those before are
        on their way to the disk is committed together after it.
        """
        if not self.uncommitted:
            return
        self._since_s = now if self._since_s is None else self._since_s
        if more and now < self._since_s + PUBLISH_WAIT_S:
            return
        if self._ledger.commit(names=True):
            self._number = self._ledger.committed.to_disk()
            self._committed, self._whole, self._since_s = self._whole, [], None

    def publish(self) -> None:
        """Give the files their names of which it is on the disk that they will."""
        if self._committed and self._ledger.committed.is_on_disk(self._number):
            commands, self._committed = self._committed, []
            self._parts.publish(commands)
