import pytest

from ddm.core.commands import CancelTransfer, ContinueTransfer, StartTransfer
from ddm.core.hostpolicy import HostPolicy
from ddm.core.sharing import Sharing, shares
from ddm.http import url as urls
from ddm.http.representation import Representation
from ddm.http.response import Ask
from ddm.limits import PROBE_BYTES

TLS = urls.parse("https://a.test/").origin
PLAIN = urls.parse("http://a.test/").origin


def answer(size, *, partial=True):
    stop = min(size, PROBE_BYTES) if partial else size
    return Ask(Representation(size, '"v"'), 0, stop, partial=partial)


SMALL, LARGE = answer(1000), answer(PROBE_BYTES + 1)
STREAM = answer(PROBE_BYTES + 1, partial=False)


class Desk:
    """Sharing, with one policy, as the core uses them."""

    def __init__(self):
        self.sharing, self.policy = Sharing(), HostPolicy(16)
        self.streams_at = self.sharing.streams_at

    def begin(self, transfer_id, origin):
        return self.sharing.begin(transfer_id, origin, self.policy)

    def fits(self, transfer_id, offer, http_version):
        self.policy.small = offer.representation.size_bytes <= PROBE_BYTES
        return self.sharing.fits(transfer_id, self.policy, offer, http_version)

    def end(self, transfer_id, http_version):
        self.sharing.end(transfer_id, self.policy, http_version)


@pytest.fixture
def sharing():
    return Desk()


@pytest.fixture
def taught(sharing):
    """Of an origin that speaks HTTP/2 and had a small file."""
    sharing.begin(1, TLS)
    assert sharing.begin(2, TLS)
    sharing.fits(2, SMALL, "2")
    sharing.end(2, "2")
    sharing.end(1, "1.1")
    return sharing


@pytest.mark.parametrize(
    ("http_version", "small", "several", "asked", "expected"),
    [
        (None, None, True, False, True),
        (None, None, False, False, False),
        (None, None, True, True, False),
        (None, True, False, False, False),
        ("2", None, True, True, True),
        ("2", None, False, False, False),
        ("2", True, False, True, True),
        ("2", False, True, False, False),
        ("1.1", True, True, False, False),
    ],
)
def test_small_files_share_once_their_origin_is_known_to_speak_http2(
    http_version, small, several, asked, expected
):
    found = shares(http_version, small=small, several=several, https=True, asked=asked)

    assert found is expected
    assert not shares(http_version, small=small, several=several, https=False, asked=asked)


def test_a_job_that_is_alone_does_not_ask_for_http2(sharing):
    assert not sharing.begin(1, TLS)
    assert sharing.streams_at(TLS) == 0


def test_of_several_jobs_one_finds_out_what_is_spoken(sharing):
    assert [sharing.begin(n, TLS) for n in (1, 2, 3, 4)] == [False, True, False, False]


def test_once_it_is_http2_all_share_also_the_last(taught):
    assert [taught.begin(n, TLS) for n in (3, 4, 5)] == [True, True, True]
    assert taught.streams_at(TLS) == 3
    for n in (3, 4, 5):
        taught.end(n, "2")
    assert taught.streams_at(TLS) == 0


def test_one_connection_takes_no_more_than_a_server_is_sure_to(taught):
    shared = [taught.begin(n, TLS) for n in range(3, 105)]
    assert shared == [True] * 100 + [False] * 2


def test_without_tls_nothing_is_shared(sharing):
    assert [sharing.begin(n, PLAIN) for n in (1, 2)] == [False, False]
    assert sharing.fits(1, STREAM, "1.1")
    assert sharing.streams_at(PLAIN) == 0


def test_a_server_that_falls_back_is_not_asked_again(taught):
    taught.begin(3, TLS)
    taught.end(3, "1.1")

    assert not taught.begin(4, TLS)


def test_what_is_not_shared_says_nothing_about_the_version(taught):
    taught.begin(3, TLS)
    taught.fits(3, LARGE, "2")
    assert not taught.begin(4, TLS)
    assert taught.fits(4, SMALL, "1.1")
    taught.end(4, "1.1")

    assert taught.begin(5, TLS)


def test_a_request_that_never_got_a_head_leaves_the_question_open(sharing):
    sharing.begin(1, TLS)
    assert sharing.begin(2, TLS)
    sharing.end(2, None)

    assert sharing.begin(3, TLS)


def test_a_large_file_ends_the_sharing_until_the_next_small_one(taught):
    assert taught.begin(3, TLS)
    assert taught.fits(3, LARGE, "2")  # its first piece may come
    assert not taught.begin(4, TLS)
    taught.fits(4, SMALL, "1.1")

    assert taught.begin(5, TLS)


@pytest.mark.parametrize(
    ("offer", "http_version", "fits"),
    [(STREAM, "2", False), (STREAM, "1.1", True), (SMALL, "2", True), (LARGE, "2", True)],
)
def test_no_more_than_a_first_piece_comes_over_a_shared_connection(
    taught, offer, http_version, fits
):
    taught.begin(3, TLS)

    assert taught.fits(3, offer, http_version) is fits


def test_a_body_of_unknown_length_does_not_come_over_a_shared_connection(taught):
    taught.begin(3, TLS)

    offer = Ask(Representation(None), 0, None, partial=False)
    assert not taught.sharing.fits(3, taught.policy, offer, "2")


def test_an_end_of_a_segment_is_none_of_its_business(sharing):
    sharing.end(9, "1.1")
    assert sharing.streams_at(TLS) == 0


def test_the_second_first_request_asks_for_http2_and_segments_never_do(paper, of):
    paper.offer(1)
    paper.offer(2, "https://example.org/g.bin")
    paper.head(2, size=10 << 20, http_version="2")

    shared = {start.transfer_id: start.shared for start in of(StartTransfer, paper.said)}
    assert len(shared) > 3
    assert [transfer_id for transfer_id, yes in shared.items() if yes] == [2]


def test_a_stream_over_a_shared_connection_is_sent_again_at_once_on_its_own(paper, of):
    paper.offer(1)
    paper.offer(2, "https://example.org/g.bin")
    said = paper.head(2, size=10 << 20, partial=False, http_version="2")

    assert of(CancelTransfer, said) == [CancelTransfer(2)]
    (again,) = of(StartTransfer, said)
    assert (again.job_id, again.shared, again.expectation.ask) == (2, False, True)
    said = paper.head(again.transfer_id, size=10 << 20, partial=False, http_version="1.1")
    assert of(ContinueTransfer, said)
