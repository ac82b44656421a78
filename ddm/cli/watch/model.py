"""What the watcher has chosen: which job, in which order, which part of the list is on the screen. No terminal here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ddm.cli.watch.keys import Key
from ddm.cli.watch.rows import STATES, Row

_RANKS = {state: rank for rank, state in enumerate(STATES)}


def _progress(row: Row) -> float:
    if row.size_bytes is None:
        return 2.0
    return -(row.done_bytes / row.size_bytes if row.size_bytes else 1.0)


# What each order goes by; rows that are alike stand by their numbers.
_ORDERS: dict[str, Callable[[Row], Any]] = {
    "queue": lambda row: row.order,
    "id": lambda _: 0,
    "state": lambda row: _RANKS[row.state],
    "speed": lambda row: -row.speed_bps,
    "progress": _progress,
    "name": lambda row: row.label.casefold(),
}


class Model:
    """The choices. rows: in their order. room: how many of them fit. helping: whether the help is open."""

    def __init__(self) -> None:
        self.rows: Sequence[Row] = ()
        self.order = "queue"
        self.helping = False
        self.room = 1
        self._top = 0
        self._selected = 0  # its place
        self._selected_id: int | None = None

    def show(self, rows: Sequence[Row]) -> None:
        """There are new rows, in order of id. A selected job stays so wherever it is now; the first place too."""
        self.rows = sorted(rows, key=_ORDERS[self.order])
        if self._selected:
            places = (i for i, row in enumerate(self.rows) if row.id == self._selected_id)
            self._select(next(places, self._selected))

    @property
    def selected(self) -> Row | None:
        """The selected job."""
        return self.rows[self._selected] if self.rows else None

    def visible(self, room: int) -> tuple[Sequence[Row], int]:
        """The rows that are on the screen where so many fit, and how many stand above them."""
        self.room = max(room, 1)
        last_top = max(len(self.rows) - self.room, 0)
        self._top = min(self._top, last_top, self._selected)
        self._top = max(self._top, self._selected - self.room + 1)
        return self.rows[self._top : self._top + self.room], self._top

    def press(self, key: Key) -> None:
        """A key that changes what is shown."""
        if self.helping:
            self.helping = False
            return
        match key:
            case Key.UP:
                self._select(self._selected - 1)
            case Key.DOWN:
                self._select(self._selected + 1)
            case Key.PAGE_UP:
                self._select(self._selected - self.room)
            case Key.PAGE_DOWN:
                self._select(self._selected + self.room)
            case Key.HOME:
                self._select(0)
            case Key.END:
                self._select(len(self.rows) - 1)
            case Key.HELP:
                self.helping = True
            case Key.SORT:
                names = list(_ORDERS)
                self.order = names[(names.index(self.order) + 1) % len(names)]
                self._select(0)
                self.show(sorted(self.rows, key=lambda row: row.id))
            case _:
                pass

    def _select(self, place: int) -> None:
        self._selected = max(0, min(place, len(self.rows) - 1))
        self._selected_id = self.rows[self._selected].id if self.rows else None
