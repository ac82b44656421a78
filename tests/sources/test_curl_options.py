from ddm.sources.curl_options import (
    BY_LETTER,
    IGNORED,
    IGNORED_WITH_VALUE,
    REFUSED,
    TAKEN,
    TAKEN_FLAGS,
)

KINDS = (TAKEN, TAKEN_FLAGS, IGNORED, IGNORED_WITH_VALUE, frozenset(REFUSED))


def test_every_option_is_of_one_kind():
    assert len(frozenset().union(*KINDS)) == sum(map(len, KINDS))


def test_every_letter_stands_for_a_known_option():
    known = frozenset().union(*KINDS)
    unknown = {name for name in BY_LETTER.values() if name.replace("--no-", "--", 1) not in known}

    assert unknown == set()
