"""The table: every behaviour of the hostile server and the one outcome it must have.

`python -m integration.hostile.table > docs/hostile.md` writes it down.
"""

from __future__ import annotations

from integration.hostile import (
    asking,
    change,
    digests,
    framing,
    heads,
    names,
    ranges,
    redirects,
    trouble,
)

GROUPS = {
    "Framing": framing.ROWS,
    "Heads": heads.ROWS,
    "Ranges": ranges.ROWS,
    "Change": change.ROWS,
    "Digests": digests.ROWS,
    "Trouble": trouble.ROWS,
    "Redirects": redirects.ROWS,
    "Names": names.ROWS,
    "Requests and TLS": asking.ROWS,
}
ROWS = tuple(row for rows in GROUPS.values() for row in rows)

_INTRODUCTION = """# The hostile server

What servers get wrong, by accident or on purpose, and what `ddm get` makes of it: {count} behaviours, each with
the one outcome that it must have. Every row is a test (`integration/test_hostile.py`) of the installed program
against a server that can lie about everything (`integration/hostile/`).

Besides the outcome, each test sees to it that no secret reaches another origin, that nothing is touched outside of
the download directory, that no file stands under a final name unless it is whole, that no control character, no
secret and no traceback is printed, and that it takes at most 300 requests (often fewer), 150 MiB of memory and 20 s.

Where a file is large, several connections fetch it at once: each is slowed down for that. Limits are short (a stall
of 1 s, 4 tries, `max_wait_secs` 3), or nobody would wait for the result.

This page is made from the table: `python -m integration.hostile.table > docs/hostile.md`.
"""


def document() -> str:
    """docs/hostile.md."""
    parts = [_INTRODUCTION.format(count=len(ROWS))]
    for group, rows in GROUPS.items():
        parts.append(
            f"\n## {group}\n\n| behaviour | what the server does | outcome |\n|---|---|---|\n"
        )
        parts += [f"| {row.id} | {_cell(row.what)} | {_cell(row.outcome)} |\n" for row in rows]
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


if __name__ == "__main__":
    print(document(), end="")
