"""How a file was fetched, kept when it is whole."""

from ddm.core.commands import RecordReceipt
from ddm.core.events import FileDigested
from ddm.failures import Kind
from ddm.record import Receipt
from ddm.spec import Checksum

USERS, SERVERS = Checksum("md5", "a" * 32), Checksum("sha-256", "b" * 64)


def test_a_receipt_tells_the_way_the_digests_and_what_it_cost(paper, one):
    paper.offer(spec={"checksums": (USERS,)})
    paper.break_off(1, Kind.REDIRECTED, location="https://cdn.example/f.bin?sig=1")
    paper.head(2, size=1000, digests=(SERVERS,))
    paper.now += 2
    paper.end(2, 1000)

    said = paper.play(FileDigested(1, (USERS, SERVERS)))

    assert one(RecordReceipt, said).receipt == Receipt(
        urls=("https://example.org/f.bin", "https://cdn.example/f.bin?sig=***"),
        digests=((USERS, "user"), (SERVERS, "server")),
        seconds=2.0,
        fetched_bytes=1000,
        requests=2,
    )
