import errno
import os

import pytest

from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind, from_os_error


def _os_error(number):
    return OSError(number, os.strerror(number), "/elsewhere")


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (errno.ENOSPC, Kind.DISK_FULL, Exit.DISK_FULL),
        (errno.EDQUOT, Kind.DISK_FULL, Exit.DISK_FULL),
        (errno.EEXIST, Kind.FILE_EXISTS, Exit.FILE_EXISTS),
        (errno.EACCES, Kind.NOT_CREATED, Exit.CREATE_FAILED),
        (errno.EROFS, Kind.NOT_CREATED, Exit.CREATE_FAILED),
        (errno.ENAMETOOLONG, Kind.NOT_CREATED, Exit.CREATE_FAILED),
        (errno.EIO, Kind.DISK_ERROR, Exit.DISK_ERROR),
    ],
)
def test_an_os_error_becomes_the_failure_of_its_cause(number, kind, code):
    failure = from_os_error(_os_error(number), "/d/f.part", "write")

    assert (failure.kind, failure.code) == (kind, code)
    assert "/d/f.part" in failure.message


def test_a_full_disk_says_so_in_the_systems_words():
    failure = from_os_error(_os_error(errno.ENOSPC), "/d/f.part", "write")

    assert failure.message == "no room for /d/f.part: No space left on device"


def test_every_errno_is_a_failure_of_the_file_that_says_why():
    failures = [from_os_error(_os_error(n), "/d/f.part", "write") for n in errno.errorcode]

    begun = ("could not write /d/f.part: ", "/d/f.part exists already", "no room for /d/f.part: ")
    assert [f for f in failures if not f.message.startswith(begun) or f.code is Exit.OK] == []


def test_an_os_error_without_a_number_is_a_disk_error_in_its_own_words():
    failure = from_os_error(OSError("torn"), "/d/f", "sync")

    assert (failure.kind, failure.message) == (Kind.DISK_ERROR, "could not sync /d/f: torn")


def test_a_failure_is_its_sentence_also_as_an_exception():
    failure = Failure(Kind.BROKEN, "the connection broke", Exit.NETWORK)

    assert str(failure) == "the connection broke"
    assert str(FailureError(failure)) == "the connection broke"
    assert FailureError(failure).failure is failure
