import click
import pytest

from ddm.cli.asking import completed
from ddm.record import State
from ddm.settings import SETTINGS
from ddm.spec import JobSpec


@pytest.fixture
def four(store):
    store.add([JobSpec("http://127.0.0.1/a?sig=secret", "/files")] * 3)
    store.add([JobSpec("http://127.0.0.1/b", "/files", name="\x1b" + "b" * 100)])
    store.set_state(1, State.DONE, None)
    store.set_state(2, State.FAILED, None)
    store.set_state(3, State.PAUSED, None)
    return store


def _ids(command, incomplete="", given=()):
    ctx = click.Context(click.Command(command), info_name=command)
    ctx.params["ids"] = given
    return completed.ids(ctx, click.Argument(["ids"]), incomplete)


@pytest.mark.parametrize(
    ("command", "ids"),
    [
        ("status", "1234"),
        ("log", "1234"),
        ("remove", "1234"),
        ("pause", "4"),
        ("move", "34"),
        ("resume", "23"),
        ("run", "234"),
    ],
)
def test_a_command_is_offered_the_jobs_that_it_can_do_something_about(four, command, ids):
    assert [item.value for item in _ids(command)] == list(ids)


def test_a_number_that_is_given_already_is_not_offered_again(four):
    assert [item.value for item in _ids("status", given=(1, 4))] == ["2", "3"]


def test_a_number_has_its_job_s_name_without_secrets_and_not_too_long(four):
    first, *_, last = _ids("status")

    assert first.help == "http://127.0.0.1/a?sig=***"
    assert last.help.startswith("\\x1bbbb")
    assert len(last.help) == 60


def test_no_queue_has_no_numbers(home):
    assert _ids("status") == []
    assert not (home / "state").exists()


def test_keys():
    every = completed.keys(None, None, "")

    assert [item.value for item in every] == [setting.key for setting in SETTINGS]
    assert [item.value for item in completed.keys(None, None, "retry.b")] == [
        "retry.base_delay_secs"
    ]


@pytest.mark.parametrize(
    ("complete", "kind"), [(completed.files, "file"), (completed.directories, "dir")]
)
def test_the_shell_knows_files(complete, kind):
    (item,) = complete(None, None, "some")

    assert (item.type, item.value) == (kind, "some")


def test_behind_the_first_number_a_job_may_be_moved_first_or_last(four):
    assert [item.value for item in _ids("move", given=(3,))] == ["4", "first", "last"]
    assert [item.value for item in _ids("move", "l", given=(3,))] == ["last"]
