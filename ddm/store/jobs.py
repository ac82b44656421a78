"""The jobs, as the holder of the manager's lock writes them: where they stand, and what is fetched.

Writing to a job that another process has removed has no effect and is no error.
"""

from __future__ import annotations

import json

from ddm.byteranges import RangeSet
from ddm.entry import Claims, Entry, File, NewState
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State, StoredFailure
from ddm.spec import Checksum
from ddm.store.database import Value
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

# The right sides see the row as it was.
_OTHER_FILE = "(part_device, part_inode, incarnation) IS NOT (?, ?, ?)"
_KEPT_CLAIMS = (
    f"written = CASE WHEN {_OTHER_FILE} THEN x''"
    " WHEN (part_boot_id, coalesce(part_mount, '')) IS NOT (?, ?) THEN synced ELSE written END,"
    f" synced = CASE WHEN {_OTHER_FILE} THEN x'' ELSE synced END"
)


class JobStore(WishTable, HostTable):
    """The table of jobs with all that can be done to it, and that of origins. Fits `ports.Store`."""

    def write(self, job_id: int, entry: Entry) -> None:
        """Store all of an entry with one statement.

        Claims about another file than the entry's, or an earlier life of it, go in the same stroke. Of the same file in
        another trust epoch stays what was synced: the new epoch would vouch for the rest. A job that is DONE has been
        checked.
        """
        sets: list[str] = []
        values: list[Value] = []
        if entry.file is not None:
            _set_file(sets, values, entry.file, keep=entry.claims is None)
        if entry.claims is not None:
            sets.append("written = ?, synced = ?")
            values += (claims_in(entry.claims.written), claims_in(entry.claims.synced))
        if entry.state is not None:
            _set_state(sets, values, entry.state)
        if entry.receipt is not None:
            sets.append("receipt = ?")
            values.append(receipt_in(entry.receipt))
        self._update(", ".join(sets), "id = ?", *values, job_id)

    def set_state(self, job_id: int, state: State, error: StoredFailure | None) -> None:
        """Store a state, and why; None clears what was there."""
        self.write(job_id, Entry(state=NewState(state, error)))

    def set_part(
        self,
        job_id: int,
        name: str,
        representation: Representation,
        identity: PartIdentity,
        incarnation: int,
        vouched: tuple[Checksum, ...] = (),
    ) -> None:
        """Store what the file is, what its server vouched for, and which one the claims are about; see `write`."""
        file = File(name, representation, identity, incarnation, vouched)
        self.write(job_id, Entry(file=file))

    def set_progress(self, job_id: int, written: RangeSet, synced: RangeSet) -> None:
        """Store the claims."""
        self.write(job_id, Entry(claims=Claims(written, synced)))

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


def _set_file(sets: list[str], values: list[Value], file: File, *, keep: bool) -> None:
    """keep: the claims that the row has, as far as they are about this file."""
    identity, seen = file.identity, file.representation
    which = (str(identity.device), str(identity.inode), file.incarnation)
    if keep:
        sets.append(_KEPT_CLAIMS)
        values += (*which, identity.boot_id, identity.mount, *which)
    sets.append(
        "name = ?, size_bytes = ?, etag = ?, last_modified = ?, content_coding = ?, vouched = ?,"
        " part_boot_id = ?, part_mount = ?, part_device = ?, part_inode = ?, incarnation = ?"
    )
    values += (
        path_in(file.name),
        seen.size_bytes,
        text_in(seen.etag),
        text_in(seen.last_modified),
        text_in(seen.content_coding),
        checksums_in(file.vouched),
        identity.boot_id,
        identity.mount,
        *which,
    )


def _set_state(sets: list[str], values: list[Value], new: NewState) -> None:
    error = new.error
    sets.append(
        "state = ?, error_kind = ?, error_message = ?, error_code = ?, checking = checking AND ?"
    )
    values.append(new.state.value)
    values += (error.kind, text_in(error.message), int(error.code)) if error else (None,) * 3
    values.append(new.state is not State.DONE)
