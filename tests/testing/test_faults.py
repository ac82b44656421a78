import errno

import pytest

from ddm.testing.clock import VirtualClock
from ddm.testing.faults import DiskFault, DiskFaults, Doing


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
    faults = DiskFaults(VirtualClock(), (DiskFault(Doing.WRITE, 1, 2, errno.ENOSPC),), 10.0)

    assert outcomes(faults, 4) == [None, errno.ENOSPC, errno.ENOSPC, None]
    assert outcomes(faults, 4, Doing.SYNC) == [None] * 4


def test_nothing_fails_once_calm_has_come():
    faults = DiskFaults(VirtualClock(10.0), (DiskFault(Doing.WRITE, 0, 9, errno.EIO),), 10.0)

    assert outcomes(faults, 3) == [None] * 3


def test_the_error_names_the_file():
    faults = DiskFaults(VirtualClock(), (DiskFault(Doing.OPEN, 0, 1, errno.EACCES),), 10.0)

    with pytest.raises(PermissionError) as raised:
        faults.meet(Doing.OPEN, "/d/f")
    assert raised.value.filename == "/d/f"
