import click
import pytest

from ddm.cli.group import COMMANDS
from ddm.cli.pages.described import Paragraph, described


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def root():
    """Do it."""


@root.command()
@click.option("--much", metavar="N", default=3, show_default=True, help="How much.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
def one():
    """Do one.

    It goes
    on.

    \b
    one a
    one  b
    """


def test_a_command_with_all_that_it_says_of_itself():
    (one,) = described(root, "it").commands

    assert (one.name, one.usage, one.line) == ("it one", "[OPTIONS] [FILE]...", "Do one.")
    assert one.paragraphs == (Paragraph("It goes on.", False), Paragraph("one a\none  b", True))
    assert one.options == (
        (
            "Options",
            (
                ("--much N", "How much.  [default: 3]"),
                ("-h, --help", "Show this message and exit."),
            ),
        ),
    )
    assert one.commands == ()


def test_every_command_is_there_in_the_order_of_the_table():
    assert [each.name for each in described().commands] == [f"ddm {name}" for name in COMMANDS]


def test_options_have_their_sections():
    get = described().commands[0]

    assert [heading for heading, _ in get.options] == [
        "What to fetch",
        "How to ask",
        "Limits of this run",
        "Options",
    ]


@pytest.mark.parametrize(
    ("name", "value"), [("COLUMNS", "40"), ("TERM", "dumb"), ("LANG", "de_DE.UTF-8")]
)
def test_no_terminal_and_no_variable_changes_it(monkeypatch, name, value):
    before = described()
    monkeypatch.setenv(name, value)

    assert described() == before
