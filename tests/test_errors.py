import pytest

from ddm.errors import (
    ConfigError,
    DDMError,
    DownloadError,
    Exit,
    HeldError,
    StateError,
    UsageError,
)


def test_an_exit_status_is_its_number_and_has_a_text():
    assert (Exit.NOT_FOUND, Exit.NOT_FOUND.text) == (
        3,
        "the server has no such file (404, 410)",
    )


def test_exit_statuses_fit_into_a_byte_and_each_has_its_own_text():
    assert all(0 <= status <= 255 for status in Exit)
    assert len({status.text for status in Exit}) == len(Exit)


def test_an_exit_status_is_found_by_its_number():
    assert Exit(41) is Exit.CHANGED


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), Exit.USAGE),
        (ConfigError("x"), Exit.BAD_CONFIG),
        (StateError("x"), Exit.STATE),
        (HeldError("x"), Exit.HELD),
        (DownloadError("x", Exit.TLS), Exit.TLS),
        (DDMError("x"), Exit.UNEXPECTED),
    ],
)
def test_an_error_says_its_sentence_and_knows_its_exit_status(error, code):
    assert (str(error), error.code, isinstance(error, DDMError)) == ("x", code, True)
