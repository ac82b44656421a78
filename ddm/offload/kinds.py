"""The five things that can be asked of children."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from typing import Any

from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.offload import witness
from ddm.offload.asked import Asked
from ddm.spec import Checksum


class Sync(Asked[None]):
    """A file, or the names in a directory, on the disk."""

    verb = "sync"

    def __init__(
        self,
        path: str,
        witness_fd: int,
        size_bytes: int | None,
        let_go: Callable[[int], None],
    ) -> None:
        super().__init__((size_bytes,), path, let_go)
        self._witness_fd = witness_fd

    def lose(self, losses: int = 1) -> None:
        """The kernel tells of a write error once, and may have told the lost one: ask the witness."""
        try:
            witness.ask(self._witness_fd, self.fd)
        except OSError as error:
            self.fail(error)
        else:
            super().lose(losses)


class Digest(Asked[tuple[Checksum, ...]]):
    """A whole file's digests."""

    verb = "digest"

    def __init__(
        self,
        path: str,
        algorithms: Sequence[str],
        size_bytes: int,
        let_go: Callable[[int], None],
    ) -> None:
        self._algorithms = tuple(algorithms)
        # hashlib spells "sha-256" without its hyphen, and so it does all that we know.
        spelled = tuple(name.replace("-", "") for name in algorithms)
        super().__init__((spelled, size_bytes), path, let_go)

    def _read(self, found: Any) -> tuple[Checksum, ...]:
        return tuple(map(Checksum, self._algorithms, found))


class Burial(Asked[None]):
    """The last descriptor of a file without a name, closed elsewhere."""

    verb = "bury"

    def __init__(self) -> None:
        super().__init__((), "")

    def pass_on(self) -> None:
        """Not to be the last one who has it, close it before the child does."""
        os.close(self.fd)
        self.fd = -1

    def lose(self, losses: int = 1) -> None:  # noqa: ARG002 - never twice
        """Whoever was lost with it has closed it; one that it never came to has not."""
        if self.fd < 0:
            self.answer(None, None)


class LookUp(Asked[tuple[str, ...]]):
    """A host's addresses. It is bounded by its time, not by the children it takes."""

    verb = "look_up"

    def __init__(self, host: str) -> None:
        super().__init__((host.encode(),), host)

    def lose(self, losses: int = 1) -> None:
        """Another one will look it up."""

    def here(self, error: OSError) -> Generator[None, None, tuple[str, ...]] | None:
        """A look-up takes as long as it likes: never in the loop."""
        said = f"no process can be started for it: {error.strerror}"
        self.fail(OSError(error.errno, said))
        return None

    def _failure(self, number: int, why: str) -> FailureError:  # noqa: ARG002 - getaddrinfo's own numbers
        said = f"the name {self._path} could not be resolved: {why}; check it, and that the network is up"
        return FailureError(Failure(Kind.UNRESOLVED, said, Exit.NAME_RESOLUTION))


class Checkpoint(Asked[None]):
    """A database's log moved into it."""

    verb = "checkpoint"

    def __init__(self, database_path: str) -> None:
        super().__init__((database_path,), database_path)

    def here(self, error: OSError) -> Generator[None, None, None] | None:
        """It can wait for a child; the loop cannot wait for it."""
        self.fail(error)
        return None
