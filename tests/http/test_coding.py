import pytest

from ddm.http.coding import saved_as_coded


@pytest.mark.parametrize(
    ("name", "coding"),
    [("a.tar.gz", "gzip"), ("A.TGZ", "x-gzip"), ("a.txt.br", "br"), ("a.tar.zst", "ZSTD")],
)
def test_a_name_that_says_its_coding_is_saved_as_sent(name, coding):
    assert saved_as_coded(name, coding)


@pytest.mark.parametrize(
    ("name", "coding"),
    [
        ("a.txt", "gzip"),
        ("a.gz", "br"),
        ("gz", "gzip"),
        ("a.gz", "gzip, br"),
        ("a.gz", "unheard-of"),
    ],
)
def test_a_name_that_does_not_say_so_is_not(name, coding):
    assert not saved_as_coded(name, coding)
