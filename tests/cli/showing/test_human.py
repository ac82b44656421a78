import pytest

from ddm.cli.showing import human

MIB = 1 << 20


@pytest.mark.parametrize(
    ("amount_bytes", "text"),
    [
        (0, "0 MiB"),
        (1, "<0.1 MiB"),
        (MIB // 2, "0.5 MiB"),
        (MIB, "1.0 MiB"),
        (2 * MIB, "2.0 MiB"),
        (int(99.99 * MIB), "99.9 MiB"),
        (100 * MIB, "100 MiB"),
        (int(88.19 * MIB), "88.1 MiB"),
        (int(511.99 * MIB), "511 MiB"),
        (10_240 * MIB, "10240 MiB"),
    ],
)
def test_a_size_is_in_mib_rounded_down_and_has_one_decimal_below_a_hundred(amount_bytes, text):
    assert human.size(amount_bytes) == text


def test_a_speed_is_in_mib_per_second():
    assert human.speed(88.1 * MIB) == "88.1 MiB/s"


def test_an_amount_names_the_total_where_it_is_known():
    assert human.amount(120 * MIB, 512 * MIB) == "120 of 512 MiB"
    assert human.amount(120 * MIB, None) == "120 MiB"


@pytest.mark.parametrize(
    ("done_bytes", "size_bytes", "text"),
    [(0, 10, "0 %"), (999, 1000, "99 %"), (10, 10, "100 %"), (0, 0, "100 %"), (5, None, "")],
)
def test_a_percentage_is_a_hundred_only_when_nothing_is_missing(done_bytes, size_bytes, text):
    assert human.percent(done_bytes, size_bytes) == text


@pytest.mark.parametrize(
    ("span_s", "text"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (3.2, "4 s"),
        (60, "1 min 00 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 05 min"),
        (3 * 86400 + 4 * 3600, "3 d 4 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(span_s, text):
    assert human.duration(span_s) == text


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
