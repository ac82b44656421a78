"""Holds docs/states.md to the tables of the core.

`PYTHONPATH=. python tests/test_states.py` draws the pictures again.
"""

from pathlib import Path

from ddm.core import segment, states
from ddm.record import State

PAGE = Path(__file__).parent.parent / "docs" / "states.md"


def picture(table, first):
    """A Mermaid state diagram of a table of transitions."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first.name}"]
    for before in table:
        targets = sorted(after.name for after in table[before] if after is not before)
        lines += [f"    {before.name} --> {target}" for target in targets]
    return "\n".join([*lines, "```"])


def words(theory):
    """The states' meanings, out of a module's docstring."""
    block = theory.split("\n\n", 2)[1]
    return "\n".join(line.removeprefix("    ") for line in block.splitlines())


def page():
    return "\n".join(
        [
            "# The tables of a job and a segment",
            "",
            "Drawn from the tables in `ddm/core/states.py` and `ddm/core/segment.py`; a transition that is",
            "not here is a bug, and raises with the job's story.",
            "",
            "## A job",
            "",
            f"```text\n{words(states.__doc__)}\n```",
            "",
            picture(states.NEXT, State.QUEUED),
            "",
            "## A segment",
            "",
            f"```text\n{words(segment.__doc__)}\n```",
            "",
            picture(segment.NEXT, segment.Phase.ASKING),
            "",
        ]
    )


def test_the_page_shows_the_tables_as_they_are():
    assert page() == PAGE.read_text()


if __name__ == "__main__":
    PAGE.write_text(page())
