from pathlib import Path

import pytest

from ddm import config
from ddm.config import load
from ddm.errors import ConfigError, UsageError
from ddm.limits import Limits
from ddm.settings import SETTINGS

ROOT = Path(__file__).parent.parent


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ddm" / "config.toml"


@pytest.fixture
def write(path):
    path.parent.mkdir()
    return path.write_text


@pytest.fixture
def refusal(path, write):
    """The sentence with which a text, variables or flags are refused, without the directory."""

    def refused(text="", environ=None, overrides=None, error=ConfigError):
        write(text)
        with pytest.raises(error) as caught:
            load(environ or {}, path, overrides)
        return str(caught.value).removeprefix(f"{path.parent}/")

    return refused


def test_the_first_use_writes_the_file_and_the_defaults_hold(path):
    loaded = load({}, path)

    assert loaded == config.Loaded(
        limits=Limits(),
        path=path,
        values={setting.key: setting.default for setting in SETTINGS},
        sources={setting.key: "default" for setting in SETTINGS},
        notices=(),
    )
    assert "#max_segments = 16\n" in path.read_text()


def test_a_second_use_leaves_the_file_alone(path, write):
    write("max_segments = 8\n")

    load({}, path)

    assert path.read_text() == "max_segments = 8\n"


def test_xdg_variables_move_config_and_state(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))

    assert config.config_path() == tmp_path / "c/ddm/config.toml"
    assert config.state_dir() == tmp_path / "s/ddm"
    assert load({}).path == tmp_path / "c/ddm/config.toml"


def test_without_xdg_variables_the_places_are_below_home(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert config.config_path() == tmp_path / ".config/ddm/config.toml"
    assert config.state_dir() == tmp_path / ".local/state/ddm"


def test_ddm_config_names_another_file(path, write):
    write("max_segments = 8\n")

    loaded = load({"DDM_CONFIG": str(path)})

    assert (loaded.limits.max_segments, loaded.path) == (8, path)


def test_a_file_that_ddm_config_names_must_exist(path):
    with pytest.raises(ConfigError, match="No such file or directory; mend that"):
        load({"DDM_CONFIG": str(path)})

    assert not path.exists()


def test_a_directory_that_cannot_be_written_is_a_notice(tmp_path):
    (tmp_path / "ddm").write_text("in the way")

    loaded = load({}, tmp_path / "ddm" / "config.toml")

    assert loaded.limits == Limits()
    assert loaded.notices == (
        f"could not write {tmp_path}/ddm/config.toml: File exists; the defaults hold without it",
    )


def test_each_source_goes_before_the_one_below(path, write):
    write("max_segments = 5\nmax_jobs = 5\nmax_total_connections = 5\n")
    environ = {"DDM_MAX_JOBS": "6", "DDM_MAX_TOTAL_CONNECTIONS": "6"}

    loaded = load(environ, path, {"max_total_connections": 7, "max_segments": None})

    limits, sources = loaded.limits, loaded.sources
    assert (limits.max_segments, sources["max_segments"]) == (5, "file")
    assert (limits.max_jobs, sources["max_jobs"]) == (6, "environment")
    assert (limits.max_total_connections, sources["max_total_connections"]) == (7, "flag")
    assert (limits.max_connections_per_host, sources["max_connections_per_host"]) == (16, "default")


def test_every_key_can_be_set_in_every_place(path, write):
    values = {s.key: "true" if s.is_text else s.minimum or s.maximum for s in SETTINGS}
    write("".join(f"{s.key} = {s.toml(values[s.key])}\n" for s in SETTINGS))
    variables = {s.variable: str(values[s.key]) for s in SETTINGS}

    from_file = load({}, path)
    path.write_text("")
    from_environment = load(variables, path)
    from_flags = load({}, path, values)

    assert from_file.limits == from_environment.limits == from_flags.limits
    assert set(from_file.sources.values()) == {"file"}
    assert set(from_environment.sources.values()) == {"environment"}
    assert set(from_flags.sources.values()) == {"flag"}


def test_keys_of_a_table_are_read(path, write):
    write("[retry]\nmax_attempts = 3\nbase_delay_secs = 1\n")

    retry = load({}, path).limits.retry

    assert (retry.max_attempts, retry.base_delay_secs) == (3, 1.0)
    assert isinstance(retry.base_delay_secs, float)


def test_bytes_may_be_written_with_a_multiple(path, write):
    write('max_bytes_per_sec = "5M"\nsegment_buffer_bytes = "64K"\n')

    limits = load({"DDM_STALL_BYTES_PER_SEC": "2K"}, path, {"max_bytes_per_sec": "1G"}).limits

    assert limits.max_bytes_per_sec == 1 << 30
    assert limits.segment_buffer_bytes == 64 << 10
    assert limits.stall_bytes_per_sec == 2 << 10


def test_an_empty_variable_is_not_set(path):
    assert load({"DDM_MAX_SEGMENTS": "", "DDM_CONFIG": ""}, path).limits == Limits()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "max_jobs = 1\nmax_segmnts = 8\n",
            "config.toml, line 2: unknown key 'max_segmnts'; did you mean max_segments?",
        ),
        (
            "max_atempts = 8\n",
            "config.toml, line 1: unknown key 'max_atempts'; did you mean max_attempts in [retry]?",
        ),
        (
            "[retry]\nmax_attempt = 8\n",
            (
                "config.toml, line 2: unknown key 'max_attempt' in [retry]; "
                "did you mean max_attempts in [retry]?"
            ),
        ),
        (
            "[retry]\nmax_segments = 8\n",
            (
                "config.toml, line 2: unknown key 'max_segments' in [retry]; "
                "did you mean max_segments, which stands above [retry]?"
            ),
        ),
        (
            "[rety]\nmax_attempts = 8\n",
            "config.toml, line 1: unknown key 'rety'; did you mean [retry]?",
        ),
        ("\n\ncolour = 1\n", "config.toml, line 3: unknown key 'colour'; delete it"),
        (
            '"retry.max_attempts" = 1\n',
            (
                "config.toml, line 1: unknown key 'retry.max_attempts'; "
                "did you mean max_attempts in [retry]?"
            ),
        ),
        (
            "\nretry = 5\n",
            "config.toml, line 2: retry is 5; it is a table: write [retry] and its keys below that",
        ),
    ],
)
def test_an_unknown_key_names_itself_its_line_and_the_nearest(refusal, text, sentence):
    assert refusal(text) == sentence


def test_an_unknown_keys_control_characters_are_escaped(refusal):
    assert "\\x1b[31m" in refusal('"\\u001B[31m" = 1\n')


@pytest.mark.parametrize(
    ("line", "found", "allowed"),
    [
        ("max_segments = 0", "0", "a whole number, 1 to 512 connections"),
        ("max_segments = 513", "513", "a whole number, 1 to 512 connections"),
        ("max_segments = '16'", "'16'", "a whole number, 1 to 512 connections"),
        ("max_segments = 2.5", "2.5", "a whole number, 1 to 512 connections"),
        ("max_segments = true", "True", "a whole number, 1 to 512 connections"),
        ("max_segments = [1]", "[1]", "a whole number, 1 to 512 connections"),
        ("max_segments = {}", "{}", "a whole number, 1 to 512 connections"),
        ("segment_buffer_bytes = '5MB'", "'5MB'", "a whole number, 16K to 1M bytes"),
        ("segment_buffer_bytes = '2M'", "'2M'", "a whole number, 16K to 1M bytes"),
        ("stall_timeout_secs = nan", "nan", "1 to 3600 seconds"),
        ("stall_timeout_secs = inf", "inf", "1 to 3600 seconds"),
        ("stall_timeout_secs = 1979-05-27", "datetime.date(1979, 5, 27)", "1 to 3600 seconds"),
    ],
)
def test_a_bad_value_names_key_line_what_was_found_and_what_is_allowed(
    refusal, line, found, allowed
):
    key = line.partition(" ")[0]

    assert refusal(f"# a note\n{line}\n") == (
        f"config.toml, line 2: {key} is {found}; allowed is {allowed}"
    )


def test_a_bad_variable_names_itself(refusal):
    assert refusal(environ={"DDM_RETRY_MAX_ATTEMPTS": "many"}) == (
        "DDM_RETRY_MAX_ATTEMPTS is 'many'; allowed is a whole number, 1 to 100 tries"
    )


def test_a_bad_flag_is_an_error_of_usage(refusal):
    assert refusal(overrides={"max_segments": 0}, error=UsageError) == (
        "--max-segments is 0; allowed is a whole number, 1 to 512 connections"
    )


def test_a_long_bad_value_is_shown_short(refusal):
    assert len(refusal(f"max_segments = '{'x' * 1000}'")) < 150


def test_values_that_contradict_each_other_in_one_file_are_refused(refusal):
    assert refusal("max_segments = 3\nmin_segments = 8\n") == (
        "config.toml, line 2: min_segments is 8, more than max_segments, which is 3"
    )


@pytest.mark.parametrize(
    ("overrides", "limits"),
    [
        ({"max_segments": 1}, Limits(min_segments=1, max_segments=1)),
        ({"min_segments": 20}, Limits(min_segments=20, max_segments=20)),
    ],
)
def test_a_weaker_value_follows_the_one_it_contradicts(path, overrides, limits):
    loaded = load({}, path, overrides)

    assert loaded.limits == limits
    assert loaded.sources["min_segments"] == loaded.sources["max_segments"] == "flag"


def test_a_slip_in_a_variables_name_is_a_notice(path):
    assert load({"DDM_MAX_SEGMNTS": "8", "DDM_COLOUR": "1"}, path).notices == (
        "'DDM_COLOUR' is not a variable of ddm",
        "'DDM_MAX_SEGMNTS' is not a variable of ddm; did you mean DDM_MAX_SEGMENTS?",
    )


def test_variables_of_other_uses_are_no_notice(path):
    environ = {"DDM_BOOT_ID": "x", "DDM_JOB_ID": "7", "PATH": "/bin", "XDDM_A": "1"}

    assert load(environ, path).notices == ()
