from tests.multi.conftest import make_notes


def test_nothing_is_noted_at_first_and_notes_are_not_shared():
    one, other = make_notes(), make_notes()
    one.asking.append(("transfer", "offer"))
    one.collecting.append("transfer")

    assert (list(other.asking), list(other.collecting), bool(other.interrupt)) == ([], [], False)
