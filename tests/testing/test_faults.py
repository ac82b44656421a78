import errno

import pytest

from ddm.errors import BusyError, StateError
from ddm.testing.clock import VirtualClock
from ddm.testing.faults import DiskFault, Doing, Faults, NthFault, StoreFault


def outcomes(faults, count, doing=Doing.WRITE):
    found = []
    for _ in range(count):
        try:
            faults.meet(doing, "/d/f")
        except OSError as error:
            found.append(error.errno)
        else:
            found.append(None)
    return found


def test_the_operations_named_fail_and_no_others():
    faults = Faults(VirtualClock(), (DiskFault(Doing.WRITE, 1, 2, errno.ENOSPC),), 10.0)

    assert outcomes(faults, 4) == [None, errno.ENOSPC, errno.ENOSPC, None]
    assert outcomes(faults, 4, Doing.SYNC) == [None] * 4


def test_nothing_fails_once_calm_has_come():
    faults = Faults(VirtualClock(10.0), (DiskFault(Doing.WRITE, 0, 9, errno.EIO),), 10.0)

    assert outcomes(faults, 3) == [None] * 3


def test_the_error_names_the_file():
    faults = Faults(VirtualClock(), (DiskFault(Doing.OPEN, 0, 1, errno.EACCES),), 10.0)

    with pytest.raises(PermissionError) as raised:
        faults.meet(Doing.OPEN, "/d/f")
    assert raised.value.filename == "/d/f"


def test_a_full_disk_is_so_for_a_while_from_the_first_write_that_fails_on():
    clock = VirtualClock()
    faults = Faults(clock, (DiskFault(Doing.WRITE, 1, 0, errno.ENOSPC, lasts_s=3.0),), 10.0)

    assert outcomes(faults, 1) == [None]
    assert not faults.full
    assert outcomes(faults, 2) == [errno.ENOSPC] * 2
    assert faults.full
    assert outcomes(faults, 1, Doing.OPEN) == [errno.ENOSPC]
    clock.advance_to(3.0)
    assert (faults.full, outcomes(faults, 1)) == (False, [None])


def test_a_quota_shows_nowhere():
    fault = DiskFault(Doing.WRITE, 0, 0, errno.ENOSPC, lasts_s=3.0, quota=True)
    faults = Faults(VirtualClock(), (fault,), 10.0)

    assert outcomes(faults, 1) == [errno.ENOSPC]
    assert not faults.full
    assert outcomes(faults, 1, Doing.OPEN) == [None]


@pytest.mark.parametrize(("busy", "error"), [(True, BusyError), (False, StateError)])
def test_a_store_may_be_busy_or_unusable(busy, error):
    faults = Faults(VirtualClock(), (StoreFault(Doing.BEGIN, 0, 1, busy=busy),), 10.0)

    with pytest.raises(StateError) as raised:
        faults.meet(Doing.BEGIN, "jobs.db")
    assert type(raised.value) is error


@pytest.mark.parametrize(("stays", "last"), [(False, None), (True, errno.EIO)])
def test_the_nth_call_of_any_sort_fails(stays, last):
    faults = Faults(VirtualClock(), calm_s=10.0, nth=NthFault(3, stays))

    found = [*outcomes(faults, 2), *outcomes(faults, 1, Doing.SYNC), *outcomes(faults, 1)]
    assert found == [None, None, errno.EIO, last]
    assert faults.calls == 4
