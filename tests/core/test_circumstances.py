"""What a job may be in besides its state; `test_room.py` and `test_describing.py` have how it gets there."""

import pytest

from ddm.core.circumstances import Room
from ddm.errors import Exit
from ddm.failures import Failure, Kind

MIB = 1 << 20
FULL = Failure(Kind.DISK_FULL, "no room for /d/f", Exit.DISK_FULL)


@pytest.mark.parametrize(
    ("lacking_bytes", "reason"),
    [
        (None, "no room for /d/f"),
        (0, "no room for /d/f"),
        (-5, "no room for /d/f"),
        (1, "no room for /d/f (1 MiB more are needed)"),
        (5 * MIB + 1, "no room for /d/f (6 MiB more are needed)"),
    ],
)
def test_the_reason_names_what_is_missing_if_that_is_known(lacking_bytes, reason):
    assert Room(FULL, None, 0.0, 0.0, lacking_bytes).reason == reason
