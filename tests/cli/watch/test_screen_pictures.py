"""The pictures in docs/ are those of the screen as it is: `python -m integration.pictures` makes them anew."""

from integration.pictures import DIRECTORY, pictures


def test_no_picture_is_stale():
    made = pictures()
    stale = [name for name, svg in made.items() if (DIRECTORY / name).read_text() != svg]

    assert stale == []
    assert {path.name for path in DIRECTORY.glob("*.svg")} == set(made)


def test_a_picture_fetches_nothing():
    assert [name for name, svg in pictures().items() if "url(" in svg] == []
