from ddm.cli.showing.host_rows import table
from ddm.lesson import Lesson

KEY = "https:a.test:443"


def test_columns_stand_below_each_other():
    lessons = {KEY: Lesson(0.0, limit=4, refusal="reset"), "http:long.example:80": Lesson(90.0)}

    assert table(lessons, 100.0) == [
        "ORIGIN               CONNECTIONS      LIMIT  WAITS  HTTP  SPEED         AGE",
        "https://a.test                 -  4 (reset)      -     -      -  1 min 40 s",
        "http://long.example            -          -      -     -      -        10 s",
    ]


def test_a_line_fits_a_terminal():
    assert table({KEY: Lesson(0.0)}, 1.0, 20) == ["ORIGIN          C...", "https://a.test   ..."]


def test_a_limit_without_an_answer_stands_alone():
    assert " 4  " in table({KEY: Lesson(0.0, limit=4)}, 1.0)[1]
