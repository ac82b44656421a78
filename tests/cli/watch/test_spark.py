from ddm.cli.watch.spark import History, spark


def test_the_fastest_second_is_the_tallest():
    assert spark([0, 1, 2, 4, 8], 5, ascii_only=False) == "▁▂▃▅█"
    assert spark([0, 4, 8], 3, ascii_only=True) == "_-#"


def test_the_newest_stands_right_and_the_oldest_leaves():
    assert spark([8, 0], 4, ascii_only=True) == "  #_"
    assert spark([8, 0, 8], 2, ascii_only=True) == "_#"


def test_silence_is_flat():
    assert spark([0, 0], 2, ascii_only=False) == "▁▁"


def test_without_room_there_is_none():
    assert spark([1, 2], 0, ascii_only=False) == ""
    assert spark([1, 2], -3, ascii_only=False) == ""


def test_one_speed_a_second_is_kept_for_two_minutes():
    history = History()
    for tick in range(300):
        history.note(tick * 0.5, float(tick))

    assert len(history.speeds) == 120
    assert list(history.speeds)[-2:] == [296.0, 298.0]
