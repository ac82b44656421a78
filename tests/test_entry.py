from ddm.entry import Entry


def test_an_entry_says_nothing_of_what_stays_as_it_is():
    entry = Entry()

    assert (entry.file, entry.claims, entry.state, entry.receipt) == (None,) * 4
