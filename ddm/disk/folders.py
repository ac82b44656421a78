"""The directories of the jobs in work, each opened once."""

from __future__ import annotations

from weakref import WeakValueDictionary

from ddm.disk.directory import Directory
from ddm.disk.elsewhere import Elsewhere


class Folders:
    """Open directories, by path; a job whose path leads elsewhere by now gets another one."""

    def __init__(self) -> None:
        self._open: WeakValueDictionary[str, Directory] = WeakValueDictionary()

    def clear(self) -> None:
        """Forget them; whoever uses one closes it."""
        self._open.clear()

    def open(self, path: str, elsewhere: Elsewhere) -> Directory:
        """The directory there, made if it is missing; its user closes it. Raises FailureError."""
        found = self._open.get(path)
        if found is not None and found.is_at_its_path:
            found.share()
            return found
        found = Directory(path, elsewhere)
        self._open[path] = found
        return found
