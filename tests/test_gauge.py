import pytest

from ddm.byteranges import ByteRange
from ddm.errors import Exit
from ddm.failures import CANCELLED, Failure, Kind
from ddm.gauge import Nowhere, Watched
from ddm.http.representation import Representation
from ddm.http.request import Request
from ddm.http.response import Ask, Expectation
from ddm.spec import Route


class Wire:
    """A network that does nothing by itself, and who listens to what comes through."""

    def __init__(self):
        self.calls = []
        self.ended = []
        self.rates = {}

    def listen(self, listener):
        self.listener = listener

    def start(self, transfer_id, *_, **more):
        self.calls.append(("start", transfer_id, more["receive_buffer_bytes"], more["shared"]))

    def proceed(self, transfer_id, *_):
        self.calls.append(("proceed", transfer_id))

    def cancel(self, transfer_id):
        self.calls.append(("cancel", transfer_id))

    def shorten(self, transfer_id, stop):
        self.calls.append(("shorten", transfer_id))
        return stop

    def set_rate(self, job_id, max_bytes_per_sec):
        self.rates[job_id] = max_bytes_per_sec

    def flush(self):
        return iter([(1, 10)])

    def on_head(self, transfer_id, offer, http_version):
        self.ended.append(("head", transfer_id, offer))

    def on_end(self, transfer_id, position, failure, connect_s, http_version):
        self.ended.append((transfer_id, position, failure, connect_s))


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def network(wire):
    """A watched network on the wire; what it tells goes there as well."""
    watched = Watched(wire)
    watched.listen(wire)
    return watched


def start(network, *transfer_ids, at=0):
    for transfer_id in transfer_ids:
        expectation = Expectation(ByteRange(at, at + 100))
        network.start(
            transfer_id, Request("http://a.test/", ()), expectation, None,
            job_id=3, receive_buffer_bytes=7, route=Route(), shared=True, addresses=(),
        )  # fmt: skip


def failed(kind):
    return Failure(kind, "no", Exit.NETWORK)


def test_what_is_written_is_counted_and_dropped():
    part = Nowhere().open_part("/", "a", exact=False, size_bytes=9, resume=None).result()

    part.write_at([b"abc", b"de"], 4)

    assert (part.bytes, part.size_bytes, part.name) == (5, 9, "a")


def test_a_file_begun_again_counts_from_nothing():
    disk = Nowhere()
    disk.open_part("/", "a", exact=False, size_bytes=9, resume=None).result().write_at([b"abc"], 0)

    disk.open_part("/", "a", exact=False, size_bytes=None, resume=disk.identity)

    assert (disk.bytes, disk.size_bytes, disk.kept) == (0, None, False)


def test_a_disk_that_is_none_has_room_and_no_files():
    disk = Nowhere()

    assert disk.lacking_bytes("/", "a", 1 << 60) == 0
    assert not disk.is_published("/", "a", disk.identity)
    assert not disk.remove_files("/", "a", disk.identity).result()


def test_the_end_of_a_file_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    part = Nowhere().open_part(str(tmp_path), "a", exact=True, size_bytes=1, resume=None).result()

    assert part.sync(1).over
    assert part.publish(exact=True) == "a"
    assert part.settle().over
    part.close()
    part.discard()

    assert list(tmp_path.iterdir()) == []


def test_a_digest_of_what_was_dropped_never_comes():
    assert not Nowhere().digest(("sha-256",), 1).over


def test_everything_goes_through(network, wire):
    start(network, 1)
    network.proceed(1, Nowhere(), 0, None)
    assert network.shorten(1, 50) == 50
    network.cancel(1)
    network.on_end(1, 10, None, 0.5, "1.1")

    assert wire.listener is network
    assert wire.calls == [("start", 1, 7, True), ("proceed", 1), ("shorten", 1), ("cancel", 1)]
    assert list(network.flush()) == [(1, 10)]
    assert wire.ended == [(1, 10, None, 0.5)]


def test_the_head_that_the_engine_is_asked_about_is_kept(network, wire):
    offer = Ask(Representation(9, '"v"', None, None), 0, 9, partial=True)

    network.on_head(1, offer, "1.1")

    assert network.offer is offer
    assert wire.ended == [("head", 1, offer)]


def test_the_most_at_once_are_counted(network):
    start(network, 1, 2, 3)
    network.on_end(1, 1, None, None, "1.1")
    network.on_end(2, 1, None, None, "1.1")
    start(network, 4)

    assert network.used == 3


@pytest.mark.parametrize("kind", [Kind.BROKEN, Kind.UNREACHABLE])
def test_a_cut_before_the_first_byte_beside_others_is_throttling(network, kind):
    start(network, 1, 2, at=50)

    network.on_end(1, 50, failed(kind), None, "1.1")

    assert (network.throttled, network.errors) == (1, 0)


def test_a_cut_after_a_byte_is_an_error(network):
    start(network, 1, 2, at=50)

    network.on_end(1, 51, failed(Kind.BROKEN), None, "1.1")

    assert (network.throttled, network.errors) == (0, 1)


def test_a_cut_of_the_only_one_is_an_error(network):
    start(network, 1)

    network.on_end(1, 0, failed(Kind.BROKEN), None, "1.1")

    assert (network.throttled, network.errors) == (0, 1)


def test_429_and_503_are_throttling_of_the_only_one_too(network):
    start(network, 1)

    network.on_end(1, 0, failed(Kind.THROTTLED), None, "1.1")

    assert (network.throttled, network.errors) == (1, 0)


@pytest.mark.parametrize("failure", [None, CANCELLED, failed(Kind.REDIRECTED)])
def test_what_belongs_to_the_way_is_no_error(network, failure):
    start(network, 1, 2)

    network.on_end(1, 0, failure, None, "1.1")

    assert (network.throttled, network.errors) == (0, 0)


def test_a_refusal_tells_how_many_others_went_on(network):
    start(network, 1, 2, 3, 4, 5)
    network.on_end(5, 0, Failure(Kind.THROTTLED, "no", Exit.OVERLOADED, status=429), 0.1, "1.1")
    network.on_end(4, 0, failed(Kind.BROKEN), 0.1, "1.1")
    network.on_end(3, 100, None, 0.1, "1.1")

    assert (network.bore, network.refusal) == (3, "reset")


def test_a_refusal_of_the_only_one_tells_nothing_of_a_limit(network):
    start(network, 1)
    network.on_end(1, 0, failed(Kind.THROTTLED), 0.1, "1.1")

    assert (network.throttled, network.bore) == (1, None)


def test_the_last_url_is_the_one_after_redirects(network):
    start(network, 1)

    assert network.url == "http://a.test/"


def test_a_limit_is_passed_on(network, wire):
    network.set_rate(None, 5)

    assert wire.rates == {None: 5}
