from ddm.cli import places
from ddm.config import state_dir
from ddm.custody import DATABASE_NAME


def test_the_database_is_the_manager_s(home):
    assert places.database_path() == state_dir() / DATABASE_NAME


def test_the_log_is_in_the_state_directory(home):
    assert places.log_path() == home / "state" / "ddm" / "ddm.log"
