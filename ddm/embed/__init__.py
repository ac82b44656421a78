"""DDM in other people's loops: one descriptor, one deadline, one turn.

Each adapter has a file of its own, which alone imports what it is for; `guest` is what they have in common.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ddm.errors import UsageError

if TYPE_CHECKING:
    from ddm.embed.asyncio_host import on_asyncio
    from ddm.embed.attachment import Attachment
    from ddm.embed.glib_host import on_glib
    from ddm.embed.pooch_downloader import PoochDownloader
    from ddm.embed.qt_host import on_qt
    from ddm.embed.trio_host import on_trio

__all__ = ["Attachment", "PoochDownloader", "on_asyncio", "on_glib", "on_qt", "on_trio"]
_HOMES = {
    "Attachment": "attachment",
    "PoochDownloader": "pooch_downloader",
    "on_asyncio": "asyncio_host",
    "on_glib": "glib_host",
    "on_qt": "qt_host",
    "on_trio": "trio_host",
}
_NEEDS = {
    "on_glib": "PyGObject: pip install 'ddm[glib]', or on Debian the package python3-gi",
    "on_trio": "trio: pip install 'ddm[trio]'",
}


if not TYPE_CHECKING:  # a type checker knows every name above, and finds fault with any other

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            return getattr(import_module(f"ddm.embed.{_HOMES[name]}"), name)
        except ImportError as error:
            if name not in _NEEDS:
                raise
            raise UsageError(f"{name} needs {_NEEDS[name]} ({error})") from error


def __dir__() -> list[str]:
    return sorted(__all__)
