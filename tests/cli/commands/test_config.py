import json
import os
import stat

import pytest

from ddm.config_file import template
from ddm.settings import SETTINGS


def test_show_tells_each_key_its_value_its_source_and_its_meaning(ddm, path, write, monkeypatch):
    write("# mine\nmax_segments = 8\n")
    monkeypatch.setenv("DDM_MAX_BYTES_PER_SEC", "5M")

    ran = ddm("config", "show", "--max-tries", "3")

    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert len(lines) == 2 * len(SETTINGS)
    assert f"max_segments = 8  ({path}, line 2)" in lines
    assert 'max_bytes_per_sec = "5M"  (DDM_MAX_BYTES_PER_SEC)' in lines
    assert "retry.max_attempts = 3  (flag)" in lines
    assert "max_jobs = 0  (default)" in lines
    assert lines[lines.index(f"max_segments = 8  ({path}, line 2)") + 1] == (
        "    Connections of one job; 1 to 512 connections."
    )


def test_show_names_a_value_that_follows_another_one(ddm, monkeypatch):
    monkeypatch.setenv("DDM_MAX_SEGMENTS", "2")

    assert "min_segments = 2  (environment)" in ddm("config", "show").out


def test_show_as_json(ddm, path, write):
    write("max_segments = 8\n")

    found = json.loads(ddm("config", "show", "--json").out)

    assert (found["version"], found["path"]) == (1, str(path))
    assert [each["key"] for each in found["settings"]] == [each.key for each in SETTINGS]
    assert next(each for each in found["settings"] if each["key"] == "max_segments") == {
        "key": "max_segments",
        "value": 8,
        "source": "file",
        "default": 16,
        "minimum": 1,
        "maximum": 512,
        "unit": "connections",
        "variable": "DDM_MAX_SEGMENTS",
        "meaning": "Connections of one job.",
    }


def test_show_writes_nothing(ddm, path):
    assert ddm("config", "show").code == 0
    assert not path.exists()


@pytest.mark.parametrize("arguments", [("show",), ("set", "max_jobs", "3"), ("unset", "max_jobs")])
def test_a_file_with_an_error_is_told_with_its_line(ddm, path, write, arguments):
    write("max_jobs = 1\nmax_segmnts = 8\n")

    ran = ddm("config", *arguments)

    assert (ran.code, ran.out) == (28, "")
    assert ran.err == (
        f"ddm: {path}, line 2: unknown key 'max_segmnts'; did you mean max_segments?\n"
    )
    assert path.read_text() == "max_jobs = 1\nmax_segmnts = 8\n"


def test_a_bad_value_can_be_mended(ddm, path, write):
    write("max_jobs = -1\n")

    assert ddm("config", "set", "max_jobs", "3").code == 0
    assert path.read_text() == "max_jobs = 3\n"


def test_path_prints_the_path_alone(ddm, path, monkeypatch):
    assert ddm("config", "path").out == f"{path}\n"
    monkeypatch.setenv("DDM_CONFIG", "/a/b.toml")
    assert ddm("config", "path").out == "/a/b.toml\n"


def test_the_first_set_writes_the_template_and_the_key(ddm, path):
    ran = ddm("config", "set", "max_bytes_per_sec", "5120K")

    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert path.read_text() == template().replace(
        "#max_bytes_per_sec = 0\n", '#max_bytes_per_sec = 0\nmax_bytes_per_sec = "5M"\n'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_set_keeps_comments_and_order_and_unset_takes_it_back(ddm, path, write):
    before = "# mine\nmax_jobs = 2 # two\n\n[retry]\n# more\n"
    write(before)

    ddm("config", "set", "retry.max_attempts", "9")
    assert path.read_text() == "# mine\nmax_jobs = 2 # two\n\n[retry]\nmax_attempts = 9\n# more\n"
    ddm("config", "set", "max_jobs", "3")
    assert "max_jobs = 3 # two\n" in path.read_text()
    ddm("config", "unset", "retry.max_attempts")
    assert path.read_text().endswith("[retry]\n#max_attempts = 6\n# more\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("max_segmnts", "8"), "there is no key 'max_segmnts'; did you mean max_segments?"),
        (("max_jobs", "x"), "max_jobs is 'x'; allowed is a whole number, 0 to 512 jobs"),
        (("timeout_secs", "nan"), "timeout_secs is 'nan'; allowed is 0 to 2592000 seconds"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(ddm, path, arguments, said):
    ran = ddm("config", "set", *arguments)

    assert (ran.code, ran.err) == (2, f"ddm: {said}\n")
    assert not path.exists()


def test_a_value_that_contradicts_another_one_is_refused(ddm, path, write):
    write("max_segments = 8\n")

    ran = ddm("config", "set", "min_segments", "9")

    assert (ran.code, ran.err) == (
        2,
        f"ddm: {path}: min_segments is 9, more than max_segments, which is 8; nothing was changed\n",
    )
    assert path.read_text() == "max_segments = 8\n"


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("retry = { max_attempts = 4 }\n", "retry.max_attempts", 1),
        ('max_bytes_per_sec = """\n5M"""\n', "max_bytes_per_sec", 1),
    ],
)
def test_what_stands_in_an_unusual_way_is_left_to_an_editor(ddm, path, write, text, key, line):
    write(text)

    for arguments in (("set", key, "9"), ("unset", key)):
        ran = ddm("config", *arguments)
        assert (ran.code, ran.err) == (
            28,
            f"ddm: {path}, line {line}: {key} cannot be changed here by `ddm config`; edit the file\n",
        )
    assert path.read_text() == text


def test_set_tells_that_a_variable_goes_before_it(ddm, monkeypatch):
    monkeypatch.setenv("DDM_MAX_JOBS", "4")

    ran = ddm("config", "set", "max_jobs", "3")

    assert ran.err == "ddm: DDM_MAX_JOBS is set in the environment and goes before it\n"


def test_unset_of_what_is_not_set_changes_nothing(ddm, path, write):
    write("max_jobs = 1\n")

    ran = ddm("config", "unset", "max_segments")

    assert (ran.code, ran.err) == (0, f"ddm: max_segments is not set in {path}\n")
    assert path.read_text() == "max_jobs = 1\n"


def test_a_file_that_cannot_be_written_is_told(ddm, home):
    (home / "config").write_text("in the way")

    ran = ddm("config", "set", "max_jobs", "3")

    assert (ran.code, ran.err) == (
        28,
        f"ddm: could not write {home}/config/ddm/config.toml: File exists\n",
    )


@pytest.fixture
def editor(home, monkeypatch):
    """An editor that does what a line of shell says, with the file's name as $1."""

    def named(line, variable="EDITOR"):
        script = home / "an editor"
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(0o700)
        monkeypatch.setenv(variable, f"'{script}'")

    monkeypatch.delenv("VISUAL", raising=False)
    return named


def test_edit_opens_the_file_and_checks_it(ddm, path, editor):
    editor('echo \'max_jobs = 0\' | cat - "$1" > x; cp x "$1"')

    assert (ddm("config", "edit").code, path.read_text()) == (0, "max_jobs = 0\n" + template())


def test_edit_tells_an_error_in_the_file(ddm, path, editor):
    editor("echo 'max_jobs = -1' > \"$1\"")

    ran = ddm("config", "edit")

    assert ran.code == 28
    assert ran.err.startswith(f"ddm: {path}, line 1: max_jobs is -1; allowed is")


def test_visual_goes_before_editor(ddm, path, editor, monkeypatch):
    editor("echo 'max_jobs = 5' > \"$1\"", variable="VISUAL")
    monkeypatch.setenv("EDITOR", "false")

    assert (ddm("config", "edit").code, path.read_text()) == (0, "max_jobs = 5\n")


@pytest.mark.parametrize(
    ("editor_", "said"),
    [
        ("false", "the editor 'false' failed (exit status 1)"),
        ("no-such-editor -x", "No such file or directory; see $EDITOR"),
        ("'", "No closing quotation; see $EDITOR"),
    ],
)
def test_an_editor_that_fails_is_told(ddm, editor, monkeypatch, editor_, said):
    monkeypatch.setenv("EDITOR", editor_)

    ran = ddm("config", "edit")

    assert ran.code == 2
    assert said in ran.err


def test_no_editor_at_all_is_told(ddm, home, path, monkeypatch):
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(home))

    ran = ddm("config", "edit")

    assert (ran.code, ran.err) == (
        2,
        f"ddm: no editor is known; name one in $EDITOR, or edit {path}\n",
    )
    assert os.path.lexists(path)
