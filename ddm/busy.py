"""Turns that took too long or came too late, told: to whoever asks why a job is slow, in the log, to who turns us."""

from __future__ import annotations

from msgspec.structs import replace

from ddm.core.causes import Cause, Explanation, Word
from ddm.lateness import LateTurn
from ddm.limits import LATE_TOLD_S
from ddm.listeners import Listeners
from ddm.log import Log
from ddm.turns import Turns


class Busy:
    """Looks at what turns took, and at when they came."""

    def __init__(self, turns: Turns, log: Log, listeners: Listeners) -> None:
        self._turns = turns
        self._log = log
        self._listeners = listeners
        self._logged_s: float | None = None  # when the long turn ended that was logged last
        self._told_s: float | None = None  # when it was last told that one came late

    def explained(self, found: Explanation | None) -> Explanation | None:
        """Why a job is as fast as it is, and who else was busy lately: ddm itself, or the loop that turns it."""
        if found is None:
            return None
        figures = self._turns.figures()
        long, late = figures.lately, figures.late.lately
        causes = found.causes
        if long is not None:
            causes += (Cause(Word.BUSY, f"ddm itself was busy: a turn took {long.words}"),)
        if late is not None:
            causes += (Cause(Word.HOST_BUSY, late.words),)
        return found if causes is found.causes else replace(found, causes=causes)

    def tell(self, now: float) -> None:
        """Tell of the last turn that took too long, and of this one if it came too late."""
        self._log_long()
        late = self._turns.lateness.take_last()
        if late is not None:
            self._tell_late(late, now)

    def _log_long(self) -> None:
        ended_s = self._turns.long_ended_s
        if ended_s == self._logged_s:
            return
        self._logged_s = ended_s
        turn = self._turns.figures().lately
        if turn is not None:
            why = f"a turn took {turn.words}"
            self._log.write("turn", level="warning", seconds=turn.took_s, why=why)

    def _tell_late(self, turn: LateTurn, now: float) -> None:
        if self._listeners.on_late is not None:
            self._listeners.on_late(turn.late_s)
        if self._told_s is None or now - self._told_s >= LATE_TOLD_S:
            self._told_s = now
            self._log.write("turn-late", level="warning", seconds=turn.late_s, why=turn.words)
            _warn(turn.words)


def _warn(sentence: str) -> None:
    """Hand a warning to Python's logging, which says nothing unless the program around us has told it to."""
    import logging  # noqa: PLC0415 - nobody else needs it: only a loop of somebody else is late

    logger = logging.getLogger("ddm")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else the handler of last resort would print it
    logger.warning(sentence)
