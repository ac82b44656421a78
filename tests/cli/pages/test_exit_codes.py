from pathlib import Path

from ddm.cli.pages import exit_codes
from ddm.errors import Exit

PAGE = Path(__file__).parents[3] / "docs" / "exit-codes.md"


def test_the_page_in_docs_is_the_one_that_is_made_from_the_code():
    assert PAGE.read_text() == exit_codes.page(), (
        "run: python -m ddm.cli.pages.exit_codes > docs/exit-codes.md"
    )


def test_every_status_has_a_row():
    rows = [line for line in exit_codes.page().splitlines() if line.startswith("| ")]

    assert [row.split(" | ")[1] for row in rows[1:]] == [status.name for status in Exit]
