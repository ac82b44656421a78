"""What was removed, and whether somebody wished it: rows, and files with them."""

from __future__ import annotations

from ddm.record import JobRecord
from ddm.testing.part import Inode
from ddm.testing.story import Story


class Removals:
    """Rows that went and files that were unlinked."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._rows: dict[int, JobRecord] = {}
        self._files: list[tuple[str, Inode]] = []
        self._doomed: set[int] = set()  # inodes

    def removes(self, record: JobRecord) -> None:
        """A row goes, if its transaction is committed."""
        self._story.tell(f"job {record.id} is removed")
        self._rows[record.id] = record

    def unlinked(self, path: str, inode: Inode) -> None:
        """A file went."""
        self._story.tell(f"{path} is removed")
        self._files.append((path, inode))

    def drops_wish(self, record: JobRecord) -> None:
        """A wish is given up; the file may be gone all the same."""
        if record.delete_files and record.part is not None:
            self._doomed.add(record.part.inode)

    def are_back(self, records: list[JobRecord]) -> None:
        """After a crash these rows are there: they have not gone yet."""
        for record in records:
            self._rows.pop(record.id, None)

    @property
    def ids(self) -> set[int]:
        """The jobs that are gone."""
        return set(self._rows)

    def left_behind(self) -> list[str]:
        """The whole files of jobs that are gone and were to leave them."""
        return [
            f"{row.spec.directory}/{row.name}"
            for row in self._rows.values()
            if row.whole and not row.delete_files
        ]

    @property
    def any(self) -> bool:
        """Whether anything went."""
        return bool(self._rows or self._files)

    def check(self, files: dict[str, Inode], foreign: set[str], records: list[JobRecord]) -> None:
        """Files go only with jobs that were to be deleted with theirs, and then they do."""
        self._doomed |= {
            row.part.inode
            for row in (*self._rows.values(), *records)
            if row.delete_files and row.part
        }
        for path, inode in self._files:
            if path in foreign or inode.number not in self._doomed:
                raise self._story.violation(f"{path} was removed, and nobody wished it")
        gone = {row.part.inode for row in self._rows.values() if row.delete_files and row.part}
        for path, inode in files.items():
            if inode.number in gone:
                raise self._story.violation(f"{path} is there, though its job went with its files")
