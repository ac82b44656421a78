"""DDM in other people's loops: one descriptor, one deadline, one turn.

Each adapter has a file of its own, which alone imports what it is for; `guest` is what they have in common.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddm.embed.asyncio_host import on_asyncio
    from ddm.embed.pooch_downloader import PoochDownloader

__all__ = ["PoochDownloader", "on_asyncio"]
_HOMES = {"PoochDownloader": "pooch_downloader", "on_asyncio": "asyncio_host"}


if not TYPE_CHECKING:  # a type checker knows every name above, and finds fault with any other

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"ddm.embed.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
