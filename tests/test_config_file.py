import os
import stat
import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ddm import config_file
from ddm.errors import ConfigError
from ddm.settings import SETTINGS, defaults, nested, of_host


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ddm" / "config.toml"


@pytest.fixture
def refusal(tmp_path):
    """The sentence with which a text is refused, without the file's directory."""

    def refused(text):
        path = tmp_path / "config.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ConfigError) as caught:
            config_file.read(path)
        return str(caught.value).removeprefix(f"{tmp_path}/")

    return refused


def test_the_template_sets_nothing():
    assert tomllib.loads(config_file.template()) == {"retry": {}}


def test_the_template_with_every_key_uncommented_sets_the_defaults():
    lines = config_file.template().splitlines()
    uncommented = [line.removeprefix("#") if line[1:2] != " " else line for line in lines]
    for setting in SETTINGS:  # bytes as numbers, to compare
        text = setting.toml(setting.default)
        if setting.in_bytes and text.startswith('"'):
            at = uncommented.index(f"{setting.name} = {text}")
            uncommented[at] = f"{setting.name} = {setting.default}"

    example = {of_host("https://example.org").key: 16}
    hosts = {"https://example.org": {"max_connections": 16}}
    assert tomllib.loads("\n".join(uncommented)) == nested(defaults() | example) | {"hosts": hosts}


def test_the_template_says_everything_about_every_key():
    template = config_file.template()

    for setting in SETTINGS:
        assert f"# {setting.meaning} ({setting.bounds})\n#{setting.name} = " in template


def test_the_file_is_written_private_whatever_the_umask(path):
    before = os.umask(0)
    try:
        config_file.write_template(path)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_text() == config_file.template()


def test_nothing_is_left_beside_the_file(path):
    config_file.write_template(path)

    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]


def test_a_draft_is_removed_when_the_file_cannot_be_put_in_place(path):
    (path / "a directory").mkdir(parents=True)

    with pytest.raises(OSError, match="directory"):
        config_file.write_template(path)

    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]


def test_a_planted_draft_is_not_followed(path, tmp_path):
    path.parent.mkdir()
    path.with_name(f"config.toml.{os.getpid()}").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic links"):
        config_file.write_template(path)

    assert not (tmp_path / "elsewhere").exists()


def test_a_syntax_error_names_its_line(refusal):
    assert refusal("max_jobs = 1\nmax_segments 8\n") == (
        "config.toml, line 2: this is not TOML: Expected '=' after a key in a key/value pair"
    )


def test_a_syntax_error_at_the_end_names_the_last_line(refusal):
    assert refusal("max_jobs = 1\n\nmax_segments =") == (
        "config.toml, line 3: this is not TOML: Invalid value"
    )


def test_text_that_is_not_utf_8_names_its_line(refusal):
    assert refusal(b"# one\n# \xff\n") == ("config.toml, line 2: not UTF-8 text; save it as UTF-8")


def test_brackets_without_end_are_refused(refusal):
    assert refusal("a = " + "[" * 20_000) == (
        "config.toml: brackets are nested too deeply; remove them"
    )


def test_a_number_of_thousands_of_digits_is_refused(refusal):
    assert refusal("a = " + "9" * 5000).startswith("config.toml: this is not TOML: Exceeds")


def test_a_file_that_is_too_long_is_refused(refusal):
    assert refusal("#" * 65_537) == "config.toml is longer than 64 KiB; make it shorter"


def test_a_file_that_cannot_be_read_names_itself_and_the_way_out(tmp_path):
    with pytest.raises(ConfigError) as caught:
        config_file.read(tmp_path)

    assert str(caught.value) == (
        f"could not read {tmp_path}: Is a directory; "
        "mend that, or name another file with DDM_CONFIG"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("max_attempts = 1", None),
        ("# max_attempts = 1\n[retry]\n# max_attempts\nmax_attempts = 1", 4),
        ("[retry]\nbase_delay_secs = 1\nmax_attempts = [\n1,\n]", 3),
        ("\nretry.max_attempts = 1", 2),
        ("\nretry = { max_attempts = 1 }", 2),
        ('[retry]\n"max_attempts" = 1', 2),
        ('[retry]\r\n"max_attempts" = 1\r\n', 2),
        ("retry = 7\nmax_attempts = 1", None),
    ],
)
def test_a_key_is_found_on_its_line(tmp_path, text, line):
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode())

    where = config_file.read(path).where(("retry", "max_attempts"))

    assert where == (f"{path}, line {line}" if line else str(path))


@given(st.binary(max_size=200))
@example(b"a = 1979-13-45")
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(data)
    try:
        document = config_file.read(path)
    except ConfigError:
        return

    assert document.text.encode() == data


def test_writing_replaces_what_a_symbolic_link_leads_to(tmp_path):
    (tmp_path / "dotfiles").mkdir()
    real, link = tmp_path / "dotfiles" / "ddm.toml", tmp_path / "config.toml"
    real.write_text("old")
    link.symlink_to(real)

    config_file.write(link, "new\r\n")

    assert link.is_symlink()
    assert real.read_bytes() == b"new\r\n"
    assert [path.name for path in real.parent.iterdir()] == ["ddm.toml"]


def test_writing_that_fails_leaves_the_file_as_it_was(tmp_path):
    (tmp_path / "config.toml").mkdir()

    with pytest.raises(OSError, match=r"config\.toml"):
        config_file.write(tmp_path / "config.toml", "new")

    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_what_is_no_file_is_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")

    with pytest.raises(OSError, match="not a regular file"):
        config_file.write(tmp_path / "link", "a = 1\n")
    assert (tmp_path / "pipe").is_fifo()
