import re
from pathlib import Path

from ddm.core.causes import Word

PAGE = Path(__file__).parents[2] / "docs" / "json.md"


def test_the_page_for_programs_has_every_word_and_no_other():
    table = PAGE.read_text().partition("A cause's `word`")[2].partition("##")[0]

    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == [word.value for word in Word]
