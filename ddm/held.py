"""Commands of jobs whose smaller claims are not committed yet: nothing may be written under those before."""

from __future__ import annotations

from collections import deque

from ddm.core.commands import Command, ContinueTransfer, StartTransfer


class Held:
    """What waits for a commit, by job and in order."""

    def __init__(self) -> None:
        self._by_job: dict[int, deque[Command]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_job)

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._by_job

    def hold(self, job_id: int) -> None:
        """From now on this job's commands wait."""
        self._by_job.setdefault(job_id, deque())

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

    def release(self) -> list[Command]:
        """All of them; nothing is held any more."""
        released = [command for commands in self._by_job.values() for command in commands]
        self._by_job.clear()
        return released
