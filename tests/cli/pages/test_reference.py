from pathlib import Path

from ddm.cli.group import COMMANDS
from ddm.cli.pages import reference

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"


def test_the_page_in_docs_is_the_one_that_is_made_from_the_commands():
    assert PAGE.read_text() == reference.page(), (
        "run: python -m ddm.cli.pages.reference > docs/cli.md"
    )


def test_every_command_has_a_row_and_a_chapter():
    page = reference.page()

    for name, (_, line) in COMMANDS.items():
        assert f"| [ddm {name}](#ddm-{name}) | {line} |" in page
        assert f"\n## ddm {name}\n\n{line}\n" in page
    assert "\n### ddm config set\n" in page


def test_options_are_rows_and_a_bar_does_not_end_a_cell():
    assert "| `--checksums FILE\\|URL` | A list of digests" in reference.page()


def test_examples_are_blocks():
    assert "```\nddm pause 3 4\nddm pause --all\n```\n" in reference.page()
