"""DDM as the downloader of pooch, a library that keeps data files in a cache.

    pooch.retrieve(url, known_hash="sha256:...", downloader=ddm.embed.PoochDownloader())

Nothing of pooch is imported: what it asks of a downloader is one call.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Protocol, Unpack

from ddm.core.view import JobView
from ddm.errors import DownloadError, Exit, UsageError
from ddm.library.download import download
from ddm.library.manager import Manager
from ddm.limits import Limits
from ddm.specs import Options

_LIMITS = Limits()
# A server answered, and there is no file for us.
_NOT_AVAILABLE = {Exit.NOT_FOUND, Exit.NOT_ALLOWED, Exit.OVERLOADED, Exit.BAD_RESPONSE}


class ProgressBar(Protocol):
    """What pooch takes for a progress bar: tqdm's, or one like it. total: bytes, None if nobody knows."""

    total: int | None

    def update(self, n: int, /) -> object:
        """So many bytes more."""

    def reset(self) -> object:
        """Back to none."""

    def close(self) -> object:
        """It is over."""


class PoochDownloader:
    """Callable by `pooch.retrieve` and `Pooch.fetch`, whose business the digest is.

    What passes has been tried again by the time it raises, so pooch's `retry_if_failed` is for wrong digests alone.
    """

    def __init__(
        self,
        *,
        limits: Limits = _LIMITS,
        progressbar: bool | ProgressBar = False,
        **options: Unpack[Options],
    ) -> None:
        """Take the options of every download: see `specs.Options`.

        progressbar: True is one of tqdm's for each file. Raises UsageError if there is no tqdm.
        """
        self._limits = limits
        self._options = options
        self._options["overwrite"] = True  # pooch gives an empty file of its own
        if isinstance(progressbar, bool):
            self._new_bar = _tqdm() if progressbar else None
        else:
            self._new_bar = lambda: progressbar

    def __call__(
        self,
        fname: str,
        action: str | os.PathLike[str] | BinaryIO | None,
        pooch: object = None,
        check_only: bool | None = False,  # noqa: FBT001, FBT002 - as pooch has it
    ) -> bool | None:
        """Fetch a URL into a file; or, with check_only, say whether it could be had.

        fname: the URL; action: the file. They are called so in `pooch.typing.Downloader`, which this fits. Raises
        DownloadError if there is no file, and with check_only if nobody answered. UsageError for what makes no sense,
        such as a URL that is not http or https.
        """
        del pooch
        if check_only:
            return self._is_available(fname)
        if action is None:
            raise UsageError("there is no file to write to")
        if isinstance(action, str | os.PathLike):
            self._fetch(fname, action)
            return None
        with TemporaryDirectory() as directory:
            path = Path(directory, "file")
            self._fetch(fname, path)
            with path.open("rb") as file:
                shutil.copyfileobj(file, action)
        return None

    def _fetch(self, url: str, path: str | os.PathLike[str]) -> None:
        if self._new_bar is None:
            download(url, path, limits=self._limits, **self._options)
            return
        bar = self._new_bar()
        try:
            download(url, path, limits=self._limits, on_progress=_Shown(bar), **self._options)
        finally:
            bar.close()

    def _is_available(self, url: str) -> bool:
        with Manager.open(None, self._limits) as manager:
            probe = manager.probe(url, **self._options)
            manager.wait(probe)
            try:
                probe.result()
            except DownloadError as error:
                if error.code in _NOT_AVAILABLE:
                    return False
                raise
        return True


class _Shown:
    """How far a job is, told to a bar in its words."""

    def __init__(self, bar: ProgressBar) -> None:
        self._bar = bar
        self._bytes = 0

    def __call__(self, view: JobView) -> None:
        if view.done_bytes < self._bytes:  # the file is begun again
            self._bar.reset()
            self._bytes = 0
        self._bar.total = view.size_bytes
        self._bar.update(view.done_bytes - self._bytes)
        self._bytes = view.done_bytes


def _tqdm() -> Callable[[], ProgressBar]:
    """What makes bars as pooch's own are."""
    try:
        make: Callable[..., ProgressBar] = import_module("tqdm.auto").tqdm
    except ImportError as error:
        raise UsageError("progressbar=True needs tqdm: pip install tqdm") from error
    return lambda: make(ncols=79, unit="B", unit_scale=True)
