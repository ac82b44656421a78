import os

import pytest

from ddm.errors import Exit
from ddm.failures import FailureError, Kind


@pytest.fixture
def replacing(open_part):
    """A part file "f" that will replace what has its name, three bytes in it."""

    def opened(**asked):
        part = open_part(replace=True, **asked)
        part.write_at([b"new"], 0)
        part.sync(3).result()
        return part

    return opened


@pytest.mark.parametrize("exact", [False, True])
def test_a_file_is_replaced_only_at_the_end(replacing, tmp_path, exact):
    (tmp_path / "f").write_bytes(b"old one")
    part = replacing(exact=exact)
    before = (tmp_path / "f").read_bytes()
    name = part.publish(exact=exact, replace=True)

    assert (before, name) == (b"old one", "f")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"f": b"new"}


def test_who_has_the_old_file_open_keeps_it(replacing, tmp_path):
    (tmp_path / "f").write_bytes(b"old one")
    with (tmp_path / "f").open("rb") as old:
        replacing().publish(exact=False, replace=True)

        assert old.read() == b"old one"


def test_a_name_that_is_free_is_simply_taken(replacing, tmp_path):
    assert replacing().publish(exact=True, replace=True) == "f"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_a_link_is_replaced_itself_and_its_target_is_untouched(replacing, tmp_path):
    (tmp_path / "target").write_bytes(b"precious")
    (tmp_path / "f").symlink_to("target")
    replacing().publish(exact=True, replace=True)

    assert not (tmp_path / "f").is_symlink()
    assert (tmp_path / "f").read_bytes() == b"new"
    assert (tmp_path / "target").read_bytes() == b"precious"


def test_a_link_to_a_directory_is_replaced_itself(replacing, tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "f").symlink_to("target")
    replacing().publish(exact=True, replace=True)

    assert (tmp_path / "f").read_bytes() == b"new"
    assert list((tmp_path / "target").iterdir()) == []


@pytest.mark.parametrize(("make", "what"), [(os.mkdir, "a directory"), (os.mkfifo, "no file")])
def test_what_is_no_file_is_an_error_before_anything_is_fetched(open_part, tmp_path, make, what):
    make(tmp_path / "f")
    with pytest.raises(FailureError) as caught:
        open_part(replace=True)

    failure = caught.value.failure
    assert (failure.kind, failure.code) == (Kind.FILE_EXISTS, Exit.FILE_EXISTS)
    assert failure.message == (
        f"{tmp_path / 'f'} is {what} and is not replaced; choose another name"
    )
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_a_directory_that_comes_in_the_way_later_is_an_error(replacing, tmp_path):
    part = replacing()
    (tmp_path / "f").mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        part.publish(exact=True, replace=True)

    assert caught.value.filename == str(tmp_path / "f")
    assert (tmp_path / "f.part").read_bytes() == b"new"


@pytest.mark.parametrize("link", [False, True])
def test_a_foreign_part_file_is_never_touched(open_part, tmp_path, link):
    theirs = tmp_path / "theirs"
    theirs.write_bytes(b"theirs")
    if link:
        (tmp_path / "f.part").symlink_to("theirs")
    else:
        theirs.rename(tmp_path / "f.part")
    with pytest.raises(FailureError, match=r"f\.part is in the way") as caught:
        open_part(replace=True)

    assert caught.value.failure.kind is Kind.FILE_EXISTS
    assert (tmp_path / "f.part").read_bytes() == b"theirs"


def test_an_unfinished_part_is_gone_on_with_beside_the_old_file(open_part, replacing, tmp_path):
    first = replacing()
    first.close()
    (tmp_path / "f").write_bytes(b"old one")
    part = open_part(replace=True, exact=True, resume=first.identity)

    assert (part.kept, part.kept_bytes) == (True, 3)
    assert part.publish(exact=True, replace=True) == "f"
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"f": b"new"}


def test_a_part_that_was_replaced_is_not_published_over_the_old_file(replacing, tmp_path):
    (tmp_path / "f").write_bytes(b"old one")
    part = replacing()
    (tmp_path / "theirs").write_bytes(b"theirs")
    (tmp_path / "theirs").rename(tmp_path / "f.part")
    with pytest.raises(FailureError, match="moved or replaced"):
        part.publish(exact=True, replace=True)

    assert (tmp_path / "f").read_bytes() == b"old one"
