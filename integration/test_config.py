"""`ddm config` as installed: what is set there holds for the next command."""

import json
import stat


def test_what_is_set_holds_and_is_shown_with_its_place(ddm):
    assert ddm("config", "set", "max_segments", "8").code == 0
    assert ddm("config", "set", "retry.max_attempts", "2").code == 0

    shown = ddm("config", "show")
    assert (shown.code, shown.err) == (0, "")
    assert f"\nmax_segments = 8  ({ddm.config}, line " in shown.out
    found = {
        each["key"]: each for each in json.loads(ddm("config", "show", "--json").out)["settings"]
    }
    assert (found["retry.max_attempts"]["value"], found["retry.max_attempts"]["source"]) == (
        2,
        "file",
    )
    refused = ddm("get", "http://127.0.0.1:1/a")
    assert "(gave up after 2 tries)" in refused.err


def test_the_file_stays_private_and_keeps_its_lines(ddm):
    ddm.configure("# mine\nmax_jobs = 2  # two\n\n[retry]\n# nothing\n")

    ddm("config", "set", "max_jobs", "3")
    ddm("config", "set", "max_segments", "8")
    assert ddm.config.read_text() == (
        "# mine\nmax_jobs = 3  # two\nmax_segments = 8\n\n[retry]\n# nothing\n"
    )
    ddm("config", "unset", "max_jobs")

    assert ddm.config.read_text() == (
        "# mine\n#max_jobs = 0\nmax_segments = 8\n\n[retry]\n# nothing\n"
    )
    assert stat.S_IMODE(ddm.config.stat().st_mode) == 0o600
    assert [path.name for path in ddm.config.parent.iterdir()] == ["config.toml"]


def test_path(ddm):
    assert ddm("config", "path").out == f"{ddm.config}\n"
    ddm.environment["DDM_CONFIG"] = "/elsewhere/ddm.toml"
    assert ddm("config", "path").out == "/elsewhere/ddm.toml\n"


def test_an_error_in_the_file(ddm):
    ddm.configure("max_segmnts = 8\n")

    for arguments in (("show",), ("set", "max_jobs", "1")):
        ended = ddm("config", *arguments)
        assert (ended.code, ended.out) == (28, "")
        assert ended.err == (
            f"ddm: {ddm.config}, line 1: unknown key 'max_segmnts'; did you mean max_segments?\n"
        )


def test_edit(ddm):
    ddm.environment["EDITOR"] = "sh -c 'echo max_jobs = -1 > \"$0\"'"

    ended = ddm("config", "edit")

    assert ended.code == 28
    assert ended.err.startswith(f"ddm: {ddm.config}, line 1: max_jobs is -1; allowed is")


def test_help(ddm):
    ended = ddm("config", "--help")

    assert (ended.code, ended.err) == (0, "")
    for words in ("show", "path", "set", "unset", "edit", "ddm config set max_segments 8"):
        assert words in ended.out
    assert "KEY VALUE" in ddm("config", "set", "--help").out
