"""Commands of jobs whose smaller claims are not on the disk yet: nothing may be written under those before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ddm.core.commands import Command, ContinueTransfer, StartTransfer


class Held:
    """What waits for a commit, by job and in order."""

    def __init__(self) -> None:
        self._by_job: dict[int, deque[Command]] = {}
        self._numbers: dict[int, int] = {}  # of the syncs that those wait for that are committed

    def __bool__(self) -> bool:
        return bool(self._by_job)

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._by_job

    @property
    def uncommitted(self) -> bool:
        """Whether the claims of a job are still to be committed."""
        return len(self._numbers) < len(self._by_job)

    def hold(self, job_id: int) -> None:
        """From now on this job's commands wait."""
        self._by_job.setdefault(job_id, deque())
        self._numbers.pop(job_id, None)

    def add(self, job_id: int, command: Command) -> None:
        """A command of a job that is held."""
        self._by_job[job_id].append(command)

    def take_back(self, transfer_id: int) -> StartTransfer | ContinueTransfer | None:
        """The first command that waits for this transfer, which is not wanted any more."""
        for commands in self._by_job.values():
            for command in commands:
                if not isinstance(command, StartTransfer | ContinueTransfer):
                    continue
                if command.transfer_id == transfer_id:
                    commands.remove(command)
                    return command
        return None

    def committed(self, number: int) -> None:
        """All claims are committed, and on the disk after the sync of this number."""
        for job_id in self._by_job:
            self._numbers.setdefault(job_id, number)

    def release(self, is_on_disk: Callable[[int], bool]) -> list[Command]:
        """What waited for syncs that are over; it waits no more."""
        free = [job_id for job_id, number in self._numbers.items() if is_on_disk(number)]
        for job_id in free:
            del self._numbers[job_id]
        return [command for job_id in free for command in self._by_job.pop(job_id)]
