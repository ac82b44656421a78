from pathlib import Path

import pytest

from ddm.cli.group import COMMANDS
from ddm.cli.pages import manual
from ddm.cli.pages.described import Described, Paragraph

PAGES = Path(__file__).parents[3] / "docs" / "man"


def _described(**changes):
    values = {
        "name": "ddm do",
        "usage": "[OPTIONS]",
        "line": "Do it.",
        "paragraphs": (),
        "options": (),
        "commands": (),
    }
    return Described(**(values | changes))


def _lines(**changes):
    return manual.page(_described(**changes), _described(name="ddm")).splitlines()


def test_the_pages_in_docs_are_those_that_are_made_from_the_commands():
    stored = {path.name: path.read_text() for path in PAGES.iterdir()}

    assert stored == manual.pages(), "run: python -m ddm.cli.pages.manual docs/man"


def test_there_is_a_page_for_each_command():
    assert set(manual.pages()) == {"ddm.1", *(f"ddm-{name}.1" for name in COMMANDS)}


def test_a_page_has_the_sections_of_every_man_page():
    lines = _lines()

    assert lines[:5] == [
        '.TH DDM\\-DO 1 "" "DDM" "User Commands"',
        ".SH NAME",
        "ddm\\-do \\- do it",
        ".SH SYNOPSIS",
        "\\fBddm do\\fR [OPTIONS]",
    ]
    assert lines[-2:] == [".SH SEE ALSO", "\\fBddm\\fR(1)"]


def test_options_stand_under_their_headings():
    lines = _lines(options=(("How", (("-a", "One."),)), ("Options", (("--be X", "Two."),))))

    start = lines.index(".SH OPTIONS")
    assert lines[start + 1 : start + 9] == [
        '.SS "How"',
        ".TP",
        "\\fB\\-a\\fR",
        "One.",
        '.SS "Options"',
        ".TP",
        "\\fB\\-\\-be X\\fR",
        "Two.",
    ]


@pytest.mark.parametrize(
    ("text", "roff"),
    [
        ("say `ddm get -q` here", "say \\fBddm get \\-q\\fR here"),
        (".hidden", "\\&.hidden"),
        ("'quoted'", "\\&'quoted'"),
        ("a\\b", "a\\eb"),
    ],
)
def test_text_is_printed_as_it_is(text, roff):
    lines = _lines(paragraphs=(Paragraph(text, as_is=False),))

    assert lines[lines.index(".PP") + 1] == roff


def test_commands_are_left_as_they_are():
    lines = _lines(paragraphs=(Paragraph("ddm do  1\nddm do 2", as_is=True),))

    start = lines.index(".nf")
    assert lines[start : start + 6] == [".nf", ".RS 4", "ddm do  1", "ddm do 2", ".RE", ".fi"]


def test_commands_below_a_command_are_on_its_page():
    lines = _lines(commands=(_described(name="ddm do more", line="Do more."),))

    start = lines.index('.SH "DDM DO MORE"')
    assert lines[start + 1 : start + 5] == ["\\fBddm do more\\fR", "[OPTIONS]", ".PP", "Do more."]


def test_pages_of_commands_that_are_gone_are_removed(tmp_path):
    (tmp_path / "ddm-gone.1").touch()
    (tmp_path / "README").touch()
    manual.main(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {"README", *manual.pages()}
    assert (tmp_path / "ddm-get.1").read_text() == manual.pages()["ddm-get.1"]
