import pytest

from ddm.cli.showing import human

MIB = 1 << 20


def test_an_amount_names_the_total_where_it_is_known():
    assert human.amount(120 * MIB, 512 * MIB) == "120 of 512 MiB"
    assert human.amount(120 * MIB, None) == "120 MiB"


@pytest.mark.parametrize(
    ("done_bytes", "size_bytes", "text"),
    [(0, 10, "0 %"), (999, 1000, "99 %"), (10, 10, "100 %"), (0, 0, "100 %"), (5, None, "")],
)
def test_a_percentage_is_a_hundred_only_when_nothing_is_missing(done_bytes, size_bytes, text):
    assert human.percent(done_bytes, size_bytes) == text


def test_words_that_do_not_fit_are_left_out_from_the_right_but_not_the_first():
    assert human.fitting(["one", "two", "three"], 8) == "one, two"
    assert human.fitting(["one", "two"], 2) == "one"
    assert human.fitting([], 10) == ""


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("short", "short"),
        ("exactly 10", "exactly 10"),
        ("longer than 10", "longer ..."),
        ("漢字漢字漢", "漢字漢字漢"),
        ("漢字漢字漢字", "漢字漢..."),
        ("e\u0301" * 10, "e\u0301" * 10),
    ],
)
def test_a_line_is_cut_to_the_cells_that_it_takes(line, shown):
    assert human.cut(line, 10) == shown


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (0, "no limit"),
        (2048, "at most 2 KiB/s"),
        (5 << 20, "at most 5 MiB/s"),
        (1500, "at most 1500 bytes/s"),
    ],
)
def test_a_limit_is_said_exactly(rate, expected):
    assert human.limit(rate) == expected
