import pytest

from ddm.cli.working.resting import causes
from ddm.core.causes import Word
from ddm.record import Receipt, State, StoredFailure, Wanted

MIB = 1 << 20
GONE = StoredFailure("not-found", "no file at http://me:secret@h/", 3)
FULL = "process 4711 has as many jobs as it may (`max_jobs`), or fetches others only"
RECEIPT = Receipt(("http://h/a", "http://mirror/a"), (), 4.0, 8 * MIB, 9)


@pytest.mark.parametrize(
    ("changes", "position", "manager", "said"),
    [
        (
            {},
            0,
            None,
            [(Word.NO_MANAGER, "nobody fetches; `ddm run` begins with the queue")],
        ),
        (
            {},
            2,
            None,
            [
                (Word.NO_MANAGER, "nobody fetches; `ddm run` begins with the queue"),
                (Word.QUEUED, "its place in the queue is 2 (`ddm move 1 first`)"),
            ],
        ),
        (
            {},
            1,
            4711,
            [
                (
                    Word.QUEUED,
                    "its place in the queue is 1; " + FULL,
                )
            ],
        ),
        (
            {"wanted": Wanted.PAUSE},
            0,
            None,
            [(Word.PAUSED, "it is to rest; `ddm resume 1` lets it go on")],
        ),
        (
            {"state": State.PAUSED},
            0,
            None,
            [(Word.PAUSED, "it rests; `ddm resume 1` lets it go on")],
        ),
        (
            {"state": State.FAILED, "error": GONE},
            0,
            None,
            [(Word.FAILED, "no file at http://***@h/; `ddm resume 1` tries it again")],
        ),
        ({"state": State.DONE}, 0, None, [(Word.DONE, "it is done")]),
        (
            {"state": State.DONE, "receipt": RECEIPT},
            0,
            None,
            [
                (
                    Word.DONE,
                    "it is done: 8.0 MiB in 4 s, 2.0 MiB/s, with 9 requests from http://mirror/a",
                )
            ],
        ),
        (
            {"state": State.DONE, "error": GONE},
            0,
            None,
            [(Word.DONE, "it is done, but could not be checked: no file at http://***@h/")],
        ),
        (
            {"state": State.RUNNING},
            0,
            None,
            [
                (
                    Word.NO_MANAGER,
                    "the ddm that fetched it is gone; `ddm run` goes on where it stopped",
                )
            ],
        ),
        (
            {"state": State.RUNNING},
            0,
            4711,
            [(Word.NO_ANSWER, "process 4711 works on it, and does not answer just now")],
        ),
    ],
)
def test_a_row_says_why_nothing_comes(record, changes, position, manager, said):
    found = causes(record(**changes), position, manager)

    assert [(cause.word, cause.sentence) for cause in found] == said
