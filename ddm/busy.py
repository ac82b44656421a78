"""Turns that took too long, told: to whoever asks why a job is slow, and in the log."""

from __future__ import annotations

from msgspec.structs import replace

from ddm.core.causes import Cause, Explanation, Word
from ddm.log import Log
from ddm.turns import Turns


class Busy:
    """Looks at what turns took."""

    def __init__(self, turns: Turns, log: Log) -> None:
        self._turns = turns
        self._log = log
        self._logged_s: float | None = None  # when the long turn ended that was logged last

    def explained(self, found: Explanation | None) -> Explanation | None:
        """Why a job is as fast as it is, and that ddm itself was busy if it was so lately."""
        turn = None if found is None else self._turns.figures().lately
        if found is None or turn is None:
            return found
        cause = Cause(Word.BUSY, f"ddm itself was busy: a turn took {turn.words}")
        return replace(found, causes=(*found.causes, cause))

    def log(self) -> None:
        """Write the last turn that took too long into the log, if it is new."""
        ended_s = self._turns.long_ended_s
        if ended_s == self._logged_s:
            return
        self._logged_s = ended_s
        turn = self._turns.figures().lately
        if turn is not None:
            why = f"a turn took {turn.words}"
            self._log.write("turn", level="warning", seconds=turn.took_s, why=why)
