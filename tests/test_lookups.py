from ddm.core.commands import LookUp
from ddm.core.events import LookedUp
from ddm.errand import Done
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.lookups import LookUps

MISSING = Failure(Kind.UNRESOLVED, "b.test has no address", Exit.NAME_RESOLUTION)


class Slow:
    """One that is over when it is told so."""

    over = False

    def result(self):
        return ("192.0.2.1",)


class Book:
    def __init__(self):
        self.slow = Slow()

    def look_up(self, host):
        if host == "b.test":
            return Done(self._fail)
        return self.slow

    def _fail(self):
        raise FailureError(MISSING)


def test_an_answer_comes_once_when_it_is_there():
    book = Book()
    lookups = LookUps(book)
    lookups.begin(LookUp("a.test"))
    assert not lookups.ready
    assert lookups.answers() == []
    book.slow.over = True
    assert lookups.ready
    assert lookups.answers() == [LookedUp("a.test", ("192.0.2.1",))]
    assert lookups.answers() == []


def test_a_failure_is_an_answer_and_keeps_nobody_waiting():
    lookups = LookUps(Book())
    lookups.begin(LookUp("a.test"))
    lookups.begin(LookUp("b.test"))
    assert lookups.answers() == [LookedUp("b.test", (), MISSING)]
    assert not lookups.ready
