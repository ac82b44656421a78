import pytest

from ddm import Manager


@pytest.fixture
def manager(tmp_path):
    with Manager.open(tmp_path / "state") as manager:
        yield manager
