import json

import pytest

from ddm.bench import File
from ddm.cli.showing.bench_report import Report
from ddm.cli.showing.line import StatusLine
from ddm.errors import DownloadError, Exit, UsageError
from ddm.failures import Failure, Kind
from ddm.http.url import Origin
from ddm.measured import Measured

MIB = 1 << 20
ORIGIN = Origin("http", "a.test", 80)
URL = "http://a.test/a?sig=***"
NO = Failure(Kind.THROTTLED, "the server answered 429", Exit.OVERLOADED, status=429)


class Bench:
    """Tells what it was given."""

    def __init__(self, file, *results):
        self.file = file
        self.results = list(results)
        self.asked = []

    def look(self):
        failure = NO if self.file is None else None
        return self.file, Measured(1, 1, 9, 0.1, failure=failure)

    def measure(self, connections, bytes_max):
        self.asked.append((connections, bytes_max))
        return self.results.pop(0)


@pytest.fixture
def report():
    def make(*, as_json=False):
        return Report(URL, 20 * MIB, StatusLine(), as_json=as_json)

    return make


def at(connections, **more):
    return Measured(connections, more.pop("used", connections), 20 * MIB, 4.0 / connections, **more)


def test_rows_and_a_recommendation(report, capsys):
    bench, told = (
        Bench(File(64 * MIB, ranges=True, origin=ORIGIN), at(4), at(8, throttled=2)),
        report(),
    )

    told.measure(bench, [4, 8], lambda: False)
    told.conclude(interrupted=False)

    assert bench.asked == [(4, 20 * MIB), (8, 20 * MIB)]
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out == (
        "CONNECTIONS    FETCHED      TIME         SPEED  THROTTLED  ERRORS\n"
        "          4   20.0 MiB    1.00 s    20.0 MiB/s          0       0\n"
        "          8   20.0 MiB    0.50 s    40.0 MiB/s          2       0\n"
        "recommended: --max-segments 4 "
        "(the fastest without trouble; 8 were faster, but met 2 refusals)\n"
    )
    assert told.exit_status() == Exit.OK


def test_json(report, capsys):
    told = report(as_json=True)

    told.measure(
        Bench(File(64 * MIB, ranges=True, origin=ORIGIN), at(4, failure=NO)), [4], lambda: False
    )
    told.conclude(interrupted=False)

    said = capsys.readouterr()
    assert said.err == ""
    assert json.loads(said.out) == {
        "version": 1,
        "url": URL,
        "size_bytes": 64 * MIB,
        "ranges": True,
        "max_bytes": 20 * MIB,
        "interrupted": False,
        "results": [
            {
                "connections": 4,
                "used": 4,
                "bytes": 20 * MIB,
                "seconds": 1.0,
                "bytes_per_sec": 20 * MIB,
                "throttled": 0,
                "errors": 0,
                "cut_short": False,
                "failure": {
                    "kind": "throttled",
                    "message": "the server answered 429",
                    "exit_status": 29,
                },
            }
        ],
        "recommended": {"connections": None, "reason": "nothing could be measured"},
    }
    assert told.exit_status() == Exit.OVERLOADED


def test_without_ranges_one_connection_is_measured(report, capsys):
    bench = Bench(File(64 * MIB, ranges=False, origin=ORIGIN), at(1))

    report().measure(bench, [4, 8], lambda: False)

    assert bench.asked == [(1, 20 * MIB)]
    assert "one connection is all it can use" in capsys.readouterr().err


def test_a_small_file_is_told_and_no_more_is_measured_than_it_uses(report, capsys):
    bench, told = Bench(File(3 * MIB, ranges=True, origin=ORIGIN), at(4), at(8, used=4)), report()

    told.measure(bench, [4, 8, 16], lambda: False)
    told.conclude(interrupted=False)

    said = capsys.readouterr()
    assert len(bench.asked) == 2
    assert said.err == (
        "ddm: the file has no more than 3.0 MiB; all of it is fetched\n"
        "ddm: no more connections than 4 are used for this file\n"
    )
    assert "       0       0  used 4\n" in said.out
    assert said.out.endswith("recommended: --max-segments 4 (no other number was in use)\n")


def test_an_empty_file_is_refused(report):
    with pytest.raises(UsageError, match="is an empty file"):
        report().measure(Bench(File(0, ranges=False, origin=ORIGIN)), [4], lambda: False)


def test_a_file_that_cannot_be_had_is_the_error(report):
    with pytest.raises(DownloadError, match="the server answered 429") as caught:
        report().measure(Bench(None), [4], lambda: False)

    assert caught.value.code == Exit.OVERLOADED


def test_an_interrupt_tells_what_was_measured(report, capsys):
    bench, told = Bench(File(64 * MIB, ranges=True, origin=ORIGIN), at(4, cut_short=True)), report()

    told.measure(bench, [4, 8], lambda: bool(bench.asked))
    told.conclude(interrupted=True)

    said = capsys.readouterr()
    assert said.out.splitlines()[1].endswith("  stopped")
    assert "recommended" not in said.out
    assert said.err == "ddm: interrupted; what was measured so far is no recommendation\n"


def test_a_count_whose_time_was_over_says_so(report, capsys):
    told = report()

    told.measure(
        Bench(File(64 * MIB, ranges=True, origin=ORIGIN), at(4, cut_short=True)), [4], lambda: False
    )

    assert "  its time was over\n" in capsys.readouterr().out


def test_nothing_in_all_that_time_is_too_slow(report):
    told = report()
    nothing = Measured(4, 4, 0, 30.0, cut_short=True)

    told.measure(Bench(File(64 * MIB, ranges=True, origin=ORIGIN), nothing), [4], lambda: False)

    assert told.exit_status() == Exit.TOO_SLOW


def test_what_the_origin_taught_is_handed_on(report):
    bench, told = (
        Bench(File(64 * MIB, ranges=True, origin=ORIGIN), at(4), at(8, throttled=2)),
        report(),
    )
    told.measure(bench, [4, 8], lambda: False)

    origin, lesson = told.conclude(interrupted=False)

    assert (origin, lesson.ranges, lesson.connections) == (ORIGIN, True, 4)


def test_an_interrupted_measurement_taught_nothing(report):
    bench, told = Bench(File(64 * MIB, ranges=True, origin=ORIGIN), at(4)), report()
    told.measure(bench, [4], lambda: True)

    assert told.conclude(interrupted=True) is None
