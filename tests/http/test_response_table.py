"""Holds `judge` to its rules, for every combination of what can be asked and what can come.

`python -m tests.http.test_response_table` writes docs/judge.md again.
"""

from collections import Counter
from pathlib import Path

import pytest

from ddm.failures import Kind
from ddm.http.response import judge
from tests.http.judge_rules import (
    AXES,
    RULES,
    Case,
    cases,
    expectations,
    heads,
    rule_of,
    takes_its_bytes,
    verdict_word,
)

PAGE = Path(__file__).parent.parent.parent / "docs" / "judge.md"
REFRESH = "python -m tests.http.test_response_table"
HEAD = f"""\
# What may be taken: the rules of `judge`

No byte of a body is written before `judge` (`ddm/http/response.py`) has looked at the response's head. Its verdict:

- **Accept**: the body is these bytes of the file, and is written at their place.
- **Ask**: it was the probe; the engine looks at what the file is before it takes a byte.
- anything else is a kind of failure, and not a byte is taken. [failures.md](failures.md) says what follows, and what
  every other status is.

The rules are tried from the top, the first that holds decides. Sections are those of RFC 9110. "The file begun" is what
the first answer said of it; a field that an answer leaves out is not a change. A weak ETag says nothing, but of a 304.

This page is made from the rules in `tests/http/judge_rules.py`: `{REFRESH}`. A test
holds the code to them for every combination of the values below; the last column counts the combinations that a rule
decides.

"""


@pytest.fixture(scope="module")
def judged():
    """Every case with its verdict."""
    answers = {name: list(heads(name)) for name in AXES["range"]}
    return [
        (Case(*asked, *came), judge(expectation, head, wall_s=0.0))
        for asked, expectation in expectations()
        for came, head in answers[asked[0]]
    ]


def page():
    """The whole page, in Markdown."""
    decided = Counter(map(rule_of, cases()))
    rows = [
        f"| {number + 1} | {rule.status} | {rule.when} | {rule.verdict} | {rule.because} "
        f"| {rule.source} | {decided[number]} |"
        for number, rule in enumerate(RULES)
    ]
    axes = [
        f"| {name.replace('_', ' ')} | {', '.join(map(str, of))} |" for name, of in AXES.items()
    ]
    return HEAD + "\n".join(
        [
            "| | status | when | verdict | because | section | cases |",
            "|---:|---|---|---|---|---|---:|",
            *rows,
            "",
            "## The combinations",
            "",
            f"There are {decided.total()}. The request decides range, asks (whether it is the probe), known",
            "(what the first answer said of the file) and unless (what it has already, if that may be answered",
            "by a 304; only a probe that begins nothing asks so); the rest is what comes back.",
            "",
            "| | values |",
            "|---|---|",
            *axes,
            "",
        ]
    )


def test_every_combination_gets_the_verdict_of_the_first_rule_that_holds(judged):
    wrong = [
        (case, RULES[rule_of(case)].when, verdict)
        for case, verdict in judged
        if verdict_word(verdict) != RULES[rule_of(case)].verdict
    ]

    assert wrong[:3] == []


def test_what_is_taken_are_the_bytes_that_the_answer_brings(judged):
    assert [each for each in judged if not takes_its_bytes(*each)][:3] == []


def test_the_combinations_are_complete(judged):
    assert {case for case, _ in judged} == set(cases())


def test_every_rule_decides_something(judged):
    deciding = {rule_of(case) for case, _ in judged}

    assert [rule for number, rule in enumerate(RULES) if number not in deciding] == []


def test_every_verdict_is_one_that_there_is():
    words = {"Accept", "Ask", *(kind.value for kind in Kind)}

    assert {rule.verdict for rule in RULES} <= words


def test_the_page_shows_the_rules_as_they_are():
    assert PAGE.read_text() == page(), f"run: {REFRESH}"


if __name__ == "__main__":
    PAGE.write_text(page())
