"""The shaped servers, and the pictures of what they make of a download."""

import time
import xml.etree.ElementTree as ET

import pytest

from ddm.limits import Limits, RetryLimits
from ddm.testing.body import Body
from integration.among import measure
from integration.drawing import __main__
from integration.drawing.house import UnfinishedError, fetch
from integration.drawing.picture import svg
from integration.drawing.recorder import Fate
from integration.easy import fetch as get
from integration.servers.shaper import MIB, Shape, shaped

IMPATIENT = Limits(retry=RetryLimits(max_attempts=1))
SVG = "{http://www.w3.org/2000/svg}"


def test_a_connection_gets_no_more_than_its_shape_allows():
    begun = time.monotonic()
    with shaped(Shape(size_bytes=MIB, bytes_per_s=4 * MIB)) as (url,):
        fetched = get(url)

    assert time.monotonic() - begun > 0.2
    assert b"".join(fetched.blocks) == Body("shaper", MIB).read(0, MIB)


def test_a_run_remembers_its_requests_its_bytes_and_its_turns():
    with shaped(Shape(size_bytes=4 * MIB, bytes_per_s=8 * MIB)) as urls:
        run = fetch(urls, Limits(max_segments=4))

    assert run.recorder.samples[-1][1] >= 4 * MIB
    assert max(flight.lane for flight in run.recorder.flights) == 3
    assert all(flight.ended_s is not None for flight in run.recorder.flights)
    assert 0 < run.turn_s < run.job_s[0]


def test_refusals_and_slow_connections_are_drawn():
    shape = Shape(size_bytes=8 * MIB, bytes_per_s=8 * MIB, slow_every=2, most=2)
    with shaped(shape) as urls:
        run = fetch(urls, Limits())
    refused = [flight for flight in run.recorder.flights if flight.fate is Fate.REFUSED]
    drawing = ET.fromstring(svg(run, "a & b"))

    assert refused
    bars = [rect for rect in drawing.iter(f"{SVG}rect") if rect.get("class") == "refused"]
    assert len(bars) == len(refused) + 1  # and the legend's
    assert drawing.find(f"{SVG}title").text == "a & b"


def test_a_url_is_drawn_and_one_that_cannot_be_had_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(__main__, "Limits", lambda: IMPATIENT)
    with shaped(Shape(size_bytes=MIB)) as (url,):
        assert __main__.main([url, "-o", str(tmp_path)]) == 0
    assert (tmp_path / "url-0.svg").read_text().startswith("<svg")
    assert __main__.main(["http://127.0.0.1:1/", "-o", str(tmp_path)]) == 1
    assert "127.0.0.1:1" in capsys.readouterr().err


def test_a_job_among_others_is_measured_as_it_is_alone():
    with shaped(Shape(size_bytes=MIB, bytes_per_s=4 * MIB, ports=3)) as urls:
        alone, among = measure(urls[:1]), measure(urls)

    assert among.cpu_s > 0
    assert min(alone.wall_s, among.wall_s) > 0.05


def test_a_job_that_fails_is_no_run():
    with pytest.raises(UnfinishedError):
        fetch(["http://127.0.0.1:1/"], IMPATIENT)
