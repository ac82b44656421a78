"""The jobs, as the holder of the manager's lock writes them: where they stand, and what is fetched.

Writing to a job that another process has removed has no effect and is no error.
"""

from __future__ import annotations

import json

from ddm.byteranges import RangeSet
from ddm.http.representation import Representation
from ddm.record import PartIdentity, Receipt, State, StoredFailure
from ddm.spec import Checksum
from ddm.store.hosts import HostTable
from ddm.store.rows import checksums_in, claims_in, path_in, receipt_in, text_in
from ddm.store.wishes import WishTable

# What a dead process leaves behind. FINISHING stays: the file may have its name already.
_LEFT_BEHIND = json.dumps(
    [
        state.value
        for state in State
        if not (state.ended or state in (State.QUEUED, State.FINISHING))
    ]
)


class JobStore(WishTable, HostTable):
    """The table of jobs with all that can be done to it, and that of origins. Fits `ports.Store`."""

    def set_state(self, job_id: int, state: State, error: StoredFailure | None) -> None:
        """Store a state, and why; None clears what was there. A job that is DONE has been checked."""
        kind, message, code = (error.kind, error.message, error.code) if error else (None,) * 3
        self._update(
            "state = ?, error_kind = ?, error_message = ?, error_code = ?, checking = checking AND ?",
            "id = ?",
            state.value,
            kind,
            text_in(message),
            None if code is None else int(code),
            state is not State.DONE,
            job_id,
        )

    def set_part(
        self,
        job_id: int,
        name: str,
        representation: Representation,
        identity: PartIdentity,
        incarnation: int,
        vouched: tuple[Checksum, ...] = (),
    ) -> None:
        """Store what the file is, what its server vouched for, and which one the claims are about.

        In the same stroke go the claims about another file or an earlier life of it. Of the same
        file in another trust epoch stays what was synced: the new epoch would vouch for the rest.
        """
        file = (str(identity.device), str(identity.inode), incarnation)
        with self.transaction():
            self._update(
                "written = x'', synced = x''",
                "id = ? AND (part_device, part_inode, incarnation) IS NOT (?, ?, ?)",
                job_id,
                *file,
            )
            self._update(
                "written = synced",
                "id = ? AND (part_boot_id, coalesce(part_mount, '')) IS NOT (?, ?)",
                job_id,
                identity.boot_id,
                identity.mount,
            )
            self._update(
                "name = ?, size_bytes = ?, etag = ?, last_modified = ?, content_coding = ?,"
                " vouched = ?, part_boot_id = ?, part_mount = ?, part_device = ?, part_inode = ?,"
                " incarnation = ?",
                "id = ?",
                path_in(name),
                representation.size_bytes,
                text_in(representation.etag),
                text_in(representation.last_modified),
                text_in(representation.content_coding),
                checksums_in(vouched),
                identity.boot_id,
                identity.mount,
                *file,
                job_id,
            )

    def set_progress(self, job_id: int, written: RangeSet, synced: RangeSet) -> None:
        """Store the claims."""
        self._update(
            "written = ?, synced = ?", "id = ?", claims_in(written), claims_in(synced), job_id
        )

    def set_receipt(self, job_id: int, receipt: Receipt) -> None:
        """Store how a file was fetched."""
        self._update("receipt = ?", "id = ?", receipt_in(receipt), job_id)

    def drop_wish(self, job_id: int) -> None:
        """A wish that came too late, or cannot be fulfilled: `wanted` is to run again."""
        self._update("wanted = 'run', delete_files = 0", "id = ?", job_id)

    def remove(self, job_id: int) -> None:
        """Take the row away; its number is never another's."""
        self._database.write("DELETE FROM jobs WHERE id = ?", (job_id,))

    def recover(self) -> list[int]:
        """Queue again what a dead process left in work; their ids. FINISHING stays as it is."""
        with self.transaction():
            left = self._database.rows(
                "SELECT id FROM jobs WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id",
                (_LEFT_BEHIND,),
            )
            self._update(
                "state = 'queued'", "state IN (SELECT value FROM json_each(?))", _LEFT_BEHIND
            )
        return [int(row["id"]) for row in left]
