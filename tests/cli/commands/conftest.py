import pytest


@pytest.fixture
def path(home):
    """The configuration file."""
    return home / "config" / "ddm" / "config.toml"


@pytest.fixture
def write(path):
    """Writes it."""

    def written(text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return written
