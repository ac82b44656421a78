"""The table of one job.

QUEUED     admitted, or about to be: it has no connection yet
RESOLVING  nothing is under way until the name of a host on its way is looked up
PROBING    its first request is on the way, or its part file is being opened
RUNNING    the file is known and open; segments bring bytes
WAITING    nothing is under way until a time: a retry, a Retry-After, room on a full disk
VERIFYING  every byte is there, and somebody vouched for a digest: it is computed
FINISHING  the bytes are right: sync, rename, sync the directory
DONE       the file is whole under its name
FAILED     it ended with a failure, which is stored
PAUSED     a user wants it to rest
"""

from __future__ import annotations

from ddm.record import State

# What a stop, a failure and a user's wish may make of a job.
_LEAVING = frozenset({State.QUEUED, State.FAILED, State.PAUSED})

NEXT: dict[State, frozenset[State]] = {
    State.QUEUED: _LEAVING | {State.RESOLVING, State.PROBING, State.DONE},
    State.RESOLVING: _LEAVING | {State.PROBING, State.RUNNING, State.WAITING, State.DONE},
    State.PROBING: _LEAVING
    | {State.RESOLVING, State.RUNNING, State.WAITING, State.VERIFYING, State.FINISHING, State.DONE},
    State.RUNNING: _LEAVING
    | {State.RESOLVING, State.PROBING, State.WAITING, State.VERIFYING, State.FINISHING},
    State.WAITING: _LEAVING | {State.RESOLVING, State.PROBING, State.RUNNING, State.DONE},
    State.VERIFYING: _LEAVING | {State.FINISHING, State.PROBING},
    State.FINISHING: frozenset({State.DONE, State.FAILED}),
}
