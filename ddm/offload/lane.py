"""What one kind of child has to do: who gets which request, and how many of them there are."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable, Generator, Iterator
from time import monotonic
from typing import Any

from msgspec import Struct

from ddm.limits import (
    CHILD_CROWDED_S,
    CHILD_FULL_S,
    CHILD_IDLE_S,
    CHILD_RESTART_MAX_S,
    CHILD_RESTART_S,
    CHILD_SILENCE_S,
    LOSSES_OF_A_HANG,
    STILLBORN_MAX,
)
from ddm.offload.asked import Asked
from ddm.offload.process import Loop, Process

# What is asked of children that are being killed.
LEAVING = OSError(errno.ECANCELED, "ddm is leaving")
# One that was killed is looked for so often until it is gone: it may be in the middle of a system call.
_REAP_S = 0.1


class Habits(Struct, frozen=True):
    """How a lane works.

    children_max: how many children it has at most. in_hand_max: how much one of them is asked at once.
    abreast: whether it does all of that at the same time; else it gets the next when it is done with what it has, so
    that nothing waits behind something long while another child is free, and what came meanwhile is done together.
    niceness: as nice(1) has it. within_s: after how long a request has failed; None: it may take any time while its
    child is seen to be alive.
    """

    children_max: int
    in_hand_max: int
    abreast: bool = False
    niceness: int = 0
    within_s: float | None = None


class Lane:
    """Requests that wait, and the children that do them. on_news: called when `run` is to be called."""

    def __init__(self, habits: Habits, loop: Loop, on_news: Callable[[], None]) -> None:
        self._habits = habits
        self._loop = loop
        self._on_news = on_news
        self._waiting: deque[Asked[Any]] = deque()
        self._bounded: deque[Asked[Any]] = deque()  # those that will fail, the next first
        self._children: list[Process] = []
        self._ended: list[Process] = []  # killed, and not reaped yet
        self._here: deque[tuple[Asked[Any], Generator[None, None, Any]]] = deque()
        self._send_s = self._start_s = 0.0  # not before
        self._expected = False  # whether a child is to be started though nothing is asked for
        # Children in a row that could not be started, or ended by themselves before they said anything.
        self._stillborn = 0
        self._restart_s = CHILD_RESTART_S  # after the next of those
        self._error = OSError(errno.ECHILD, "those that are started end at once")

    @property
    def pids(self) -> list[int]:
        """The process ids of its children."""
        return [child.pid for child in self._children]

    @property
    def busy(self) -> bool:
        """Whether there is something to be done."""
        in_hand = any(child.in_hand for child in self._children)
        return bool(self._waiting or self._here) or in_hand

    def ask(self, asked: Asked[Any]) -> None:
        """Have it done, from the end of this turn on."""
        self._waiting.append(asked)
        if self._habits.within_s is not None:
            self._bounded.append(asked)
        self._on_news()

    def get_ready(self) -> None:
        """Something will be asked for before long: have a child that is up by then."""
        if not self._children:
            self._expected = True
            self._on_news()

    def run(self, now: float) -> float | None:
        """Do what is due; when something will be, None if only news can make it so."""
        self._expire(now)
        for child in tuple(self._children):
            self._look_after(child, now)
        self._reap()
        self._hand_out(now)
        if self._is_out_of_service:
            self._take_over()
        self._do_here()
        return min(self._dues(now), default=None)

    def hand_over(self, now: float) -> None:
        """Before `close`: give one child all that waits, for its death closes every descriptor."""
        child = self._children[0] if self._children else self._start(now)
        while self._waiting and child is not None and not child.is_gone:
            batch = self._batch(self._habits.in_hand_max)
            if not child.send(batch):
                self._waiting.extendleft(reversed(batch))
                break

    def close(self) -> None:
        """Kill the children, and fail what they were to do. Waits for nobody."""
        for child in tuple(self._children):
            self._waiting.extend(self._end(child))
        for asked in (*self._waiting, *(asked for asked, _ in self._here)):
            asked.fail(LEAVING)
        self._waiting.clear()
        self._here.clear()

    def reap(self, late_s: float) -> None:
        """After `close`, leave no zombies, if they die until then."""
        for child in self._ended:
            if not child.is_reaped(max(0.0, late_s - monotonic())):
                child.leave()
        self._ended.clear()

    # -- the children ------------------------------------------------------------------------------

    def _expire(self, now: float) -> None:
        """Fail what has waited for too long, from the first `run` on that saw it."""
        within_s = self._habits.within_s
        if within_s is None:
            return
        late = OSError(errno.ETIMEDOUT, f"no answer in {within_s:g} seconds")
        for asked in reversed(self._bounded):
            if asked.until_s is not None:
                break
            asked.until_s = now + within_s
        while self._bounded and (self._bounded[0].over or now >= (self._bounded[0].until_s or now)):
            self._bounded.popleft().fail(late)

    def _look_after(self, child: Process, now: float) -> None:
        if child.is_up:
            self._stillborn = 0
            self._restart_s = CHILD_RESTART_S
        elif child.is_gone:
            self._delay_start(now)
        if not (child.is_gone or self._hangs(child, now) or self._idles(child, now)):
            return
        left = self._end(child)
        for asked in left:
            asked.lose(1 if child.is_gone else LOSSES_OF_A_HANG)
        self._waiting.extendleft(asked for asked in reversed(left) if not asked.over)

    def _hangs(self, child: Process, now: float) -> bool:
        """Whether it has been silent at its work for too long, or is full of what nobody waits for any more."""
        if not self._habits.abreast:
            return bool(child.in_hand) and now - child.heard_s >= CHILD_SILENCE_S
        given_up = sum(asked.over for asked in child.in_hand.values())
        return given_up > 0 and given_up >= min(len(child.in_hand), self._habits.in_hand_max // 2)

    def _idles(self, child: Process, now: float) -> bool:
        return not child.in_hand and now - child.heard_s >= CHILD_IDLE_S

    def _end(self, child: Process) -> list[Asked[Any]]:
        self._children.remove(child)
        self._ended.append(child)
        return child.end()

    def _start(self, now: float) -> Process | None:
        """One more child, if there may be one now."""
        if len(self._children) >= self._habits.children_max or now < self._start_s:
            return None
        if self._children and now < self._crowded_s:
            return None
        try:
            child = Process(self._loop, self._on_news, self._habits.niceness)
        except OSError as error:
            self._error = error
            self._stillborn += 1
            self._delay_start(now)
            return None
        self._children.append(child)
        return child

    def _reap(self) -> None:
        for child in [child for child in self._ended if child.is_reaped()]:
            self._ended.remove(child)
            if not child.is_up and not child.was_killed:
                self._stillborn += 1

    def _delay_start(self, now: float) -> None:
        self._start_s = now + self._restart_s
        self._restart_s = min(2 * self._restart_s, CHILD_RESTART_MAX_S)

    @property
    def _crowded_s(self) -> float:
        """From when on those that there are have been busy for so long that it takes another one."""
        return min(child.busy_s for child in self._children) + CHILD_CROWDED_S

    # -- the requests ------------------------------------------------------------------------------

    def _hand_out(self, now: float) -> None:
        if self._expected and not self._children:
            self._start(now)
        self._expected = False
        while self._waiting and now >= self._send_s:
            child = next(filter(self._has_room, self._children), None) or self._start(now)
            if child is None:
                return
            batch = self._batch(self._habits.in_hand_max - len(child.in_hand))
            if batch and not child.send(batch):
                self._waiting.extendleft(reversed(batch))
                self._send_s = now + CHILD_FULL_S

    def _has_room(self, child: Process) -> bool:
        if child.is_gone:
            return False
        most = self._habits.in_hand_max if self._habits.abreast else 1
        return len(child.in_hand) < most

    def _batch(self, most: int) -> list[Asked[Any]]:
        """The next requests; one that a child was lost with goes alone, not to take others with it again."""
        batch: list[Asked[Any]] = []
        while self._waiting and len(batch) < most:
            if self._waiting[0].losses and batch:
                break
            asked = self._waiting.popleft()
            if asked.over:
                continue
            batch.append(asked)
            if asked.losses:
                break
        return batch

    # -- without children --------------------------------------------------------------------------

    @property
    def _is_out_of_service(self) -> bool:
        return self._stillborn >= STILLBORN_MAX and not self._children

    def _take_over(self) -> None:
        """There are no children: a machine that has no room for them shall still download."""
        for asked in self._waiting:
            deed = None if asked.over else asked.here(self._error)
            if deed is not None:
                self._here.append((asked, deed))
        self._waiting.clear()

    def _do_here(self) -> None:
        """One step of one deed a turn."""
        if not self._here:
            return
        asked, deed = self._here[0]
        try:
            next(deed)
        except StopIteration as end:
            asked.answer(end.value, None)
        except OSError as error:
            asked.fail(error)
        if asked.over:
            self._here.popleft()

    def _dues(self, now: float) -> Iterator[float]:
        if self._here or any(child.is_gone for child in self._children):
            yield now
        if self._ended:
            yield now + _REAP_S
        if self._bounded:
            yield self._bounded[0].until_s or now
        for child in self._children:
            if not child.in_hand:
                yield child.heard_s + CHILD_IDLE_S
            elif not self._habits.abreast:
                yield child.heard_s + CHILD_SILENCE_S
        if self._waiting:
            crowded_s = self._crowded_s if self._children else now
            yield from (s for s in (self._send_s, self._start_s, crowded_s) if s > now)
