"""The pictures in docs/ are those of the screen as it is: `python -m integration.pictures` makes them anew."""

from integration.pictures import DIRECTORY, pictures
from integration.servers.shaper import SCENARIOS


def test_no_picture_is_stale():
    made = pictures()
    stale = [name for name, svg in made.items() if (DIRECTORY / name).read_text() != svg]

    assert stale == []
    measured = {f"{name.lower()}.svg" for name in SCENARIOS}  # by integration.drawing
    assert {path.name for path in DIRECTORY.glob("*.svg")} == set(made) | measured


def test_a_picture_fetches_nothing():
    assert [name for name, svg in pictures().items() if "url(" in svg] == []
