import os

import pytest

from ddm.cli.showing.log_lines import Entry, entries
from ddm.errors import StateError
from ddm.log import open_log


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ddm.log"


def _line(event):
    return f'{{"time": "2026-11-22T10:00:00.000Z", "level": "info", "event": "{event}"}}\n'


def _events(path):
    return [entry.event for entry in entries(path)]


def test_what_the_log_wrote_is_read_back_and_stored_again_as_it_was(path):
    log = open_log(path, wall=lambda: 0.0)
    log.write("job", job=3, state="failed", why="caf\xe9")
    log.close()

    (entry,) = entries(path)

    assert entry == Entry(
        "1970-01-01T00:00:00.000Z",
        "info",
        "job",
        {"job": 3, "state": "failed", "why": "caf\xe9"},
    )
    assert entry.job == 3
    assert f"{entry.stored()}\n" == path.read_text()


def test_old_files_come_first(path):
    for name in ("ddm.log.1", "ddm.log", "ddm.log.3"):
        path.with_name(name).write_text(_line(name))

    assert _events(path) == ["ddm.log.3", "ddm.log.1", "ddm.log"]


def test_a_file_that_is_met_under_two_names_is_read_once(path):
    path.write_text(_line("a"))
    os.link(path, path.with_name("ddm.log.1"))

    assert _events(path) == ["a"]


@pytest.mark.parametrize(
    "torn",
    [
        '{"time": "2026-11-22T10:0',
        "",
        "[1]",
        '"text"',
        '{"time": 1, "level": "info", "event": "a"}',
        '{"level": "info", "event": "a"}',
        "[" * 60_000,
        "\xff",
    ],
)
def test_what_is_no_entry_is_left_out(path, torn):
    path.write_text(f"{_line('a')}{torn}\n{_line('b')}", encoding="latin-1")

    assert _events(path) == ["a", "b"]


def test_a_line_without_an_end_is_read_in_pieces(path):
    path.write_text("x" * 300_000 + "\n" + _line("a"))

    assert _events(path) == ["a"]


def test_no_log_has_no_entries(path):
    assert _events(path) == []


def test_a_log_that_cannot_be_read_is_said(path):
    path.mkdir()

    with pytest.raises(StateError, match=r"could not read the log .*: Is a directory"):
        _events(path)


@pytest.mark.parametrize("job", [None, "3", 3.5])
def test_only_a_number_is_a_job(job):
    assert Entry("", "", "", {"job": job}).job is None
