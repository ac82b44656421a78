from ddm.multi.notes import Notes


def test_nothing_is_noted_at_first_and_notes_are_not_shared():
    one, other = Notes(wall=lambda: 0.0), Notes(wall=lambda: 0.0)
    one.asking.append(("transfer", "offer"))

    assert (list(other.asking), other.interrupt) == ([], None)
