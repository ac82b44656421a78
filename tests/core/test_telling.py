import pytest

from ddm.byteranges import ByteRange, RangeSet
from ddm.core import commands as c
from ddm.core import events as e
from ddm.core.telling import told
from ddm.errors import Exit
from ddm.failures import CANCELLED, Failure, Kind
from ddm.http.representation import Representation
from ddm.http.request import Request
from ddm.http.response import Ask, Expectation
from ddm.record import JobRecord, PartIdentity, State, Wanted
from ddm.spec import Checksum, JobSpec

MIB = 1 << 20
PART = PartIdentity("boot", 1, 2)
SPEC = JobSpec("https://me:s3cret@h/f?sig=s3cret", "/d", headers=(("Cookie", "s3cret"),))
REQUEST = Request("https://h/f?sig=s3cret", (("Cookie", "s3cret"),))
RESET = Failure(Kind.BROKEN, "reset by https://me:s3cret@h/", Exit.NETWORK)
HALF = RangeSet.of(0, MIB // 2)
FILE = Representation(MIB)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (e.JobOffered(JobRecord(1, SPEC, Wanted.RUN, State.QUEUED)), "taken into work"),
        (
            e.JobOffered(JobRecord(1, SPEC, Wanted.RUN, State.QUEUED, written=HALF)),
            "taken into work, 0.5 MiB of it fetched before",
        ),
        (
            c.StartTransfer(3, 1, REQUEST, Expectation(ByteRange(0, 9)), alone=True),
            "request 3 asks for bytes 0..9 of https://h/f?sig=***",
        ),
        (
            c.StartTransfer(3, 1, REQUEST, Expectation(None), alone=True),
            "request 3 asks for everything of https://h/f?sig=***",
        ),
        (c.CancelTransfer(3), "request 3 is given up"),
        (
            c.ShortenTransfer(3, 9),
            "request 3 is to end at byte 9; another one asks for the rest",
        ),
        (
            e.HeadArrived(3, Ask(FILE, 0, MIB, partial=True)),
            "request 3 is answered: the file is 1.0 MiB long, the server sends ranges",
        ),
        (
            e.HeadArrived(3, Ask(Representation(None), 0, None, partial=False)),
            "request 3 is answered: the file is of unknown length, the server sends all of it, no range",
        ),
        (e.TransferEnded(3, 9, None), "request 3 ended well, at byte 9"),
        (e.TransferEnded(3, 9, CANCELLED), "request 3 ended at byte 9, given up"),
        (e.TransferEnded(3, 9, RESET), "request 3 ended at byte 9: reset by https://***@h/"),
        (c.ResetPart(1, "/d", "f", exact=True, size_bytes=1), "it begins again with an empty part file"),
        (e.PartOpened(1, "f", PART, kept=False), "f.part is open, empty"),
        (e.PartOpened(1, "f", PART, kept=True), "f.part is open, with what was fetched before"),
        (e.PartFailed(1, RESET), "reset by https://***@h/"),
        (e.PartClosed(1, None), "its part file is closed"),
        (e.PartClosed(1, RESET), "its part file is closed: reset by https://***@h/"),
        (e.FileDigested(1, (Checksum("md5", "0a"),)), "the file has md5:0a"),
        (e.FilePublished(1, "f"), "the file has its name, f"),
        (c.RecordState(1, State.WAITING, RESET), "it is waiting: reset by https://***@h/"),
        (e.FileSynced(1), None),
        (c.RecordProgress(1, HALF, HALF), None),
    ],
)  # fmt: skip
def test_what_happened_is_told_in_words_without_secrets(what, words):
    assert told(what) == words
