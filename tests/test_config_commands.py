"""Settings that are commands: on_done and on_error."""

import tomllib

import pytest

from ddm import config
from ddm.errors import ConfigError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    "command",
    [
        "",
        "notify-send done",
        'sh -c "echo $DDM_JOB_PATH"',
        r"a\ b",
        "'it''s' fine",
        'say "it\'s" a\\\\b',
    ],
)
def test_a_command_is_written_as_it_is_read(command):
    setting = config.find("on_done")
    written = setting.toml(config.value_of(setting, command))

    assert tomllib.loads(f"it = {written}") == {"it": command}


def test_a_command_of_the_file_gives_way_to_one_of_the_environment(path):
    path.write_text('on_done = "a"\non_error = "b"\n')

    limits = config.load({"DDM_ON_ERROR": "c d"}, path).limits
    assert (limits.on_done, limits.on_error) == ("a", "c d")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("on_done = 3", "a command of at most 4096 characters"),
        ('on_done = ["a", "b"]', "a command of at most 4096 characters"),
        (f'on_done = "{"a" * 4097}"', "a command of at most 4096 characters"),
        ('on_done = "it\'s"', "a quotation mark"),
        ('on_done = "a\\nb"', "a control character"),
    ],
)
def test_what_is_no_command_is_refused(path, line, why):
    path.write_text(line)

    with pytest.raises(ConfigError) as caught:
        config.load({}, path)

    said = str(caught.value)
    assert said.startswith(f"{path}, line 1: on_done ")
    assert why in said
