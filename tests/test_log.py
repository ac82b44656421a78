import contextlib
import json
import os
import resource
import stat

import pytest

from ddm.log import FILE_BYTES_MAX, OLD_FILES, open_log


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ddm" / "ddm.log"


@pytest.fixture
def log(path):
    log = open_log(path, lambda: 1_700_000_000.25)
    yield log
    log.close()


def _entries(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_is_one_json_object(log, path):
    log.write("job-ended", level="warning", job=7, speed_bps=1.5, name="a.iso", etag=None)

    assert path.read_text() == (
        '{"time": "2023-11-14T22:13:20.250Z", "level": "warning", "event": "job-ended", '
        '"job": 7, "speed_bps": 1.5, "name": "a.iso", "etag": null}\n'
    )
    assert log.problem is None


def test_lines_are_appended_to_what_is_there(log, path):
    log.write("first")
    again = open_log(path)
    again.write("second")
    again.close()
    log.write("third")

    assert [entry["event"] for entry in _entries(path)] == ["first", "second", "third"]
    assert _entries(path)[0]["level"] == "info"


def test_secrets_of_urls_do_not_reach_the_file(log, path):
    log.write(
        "probe",
        url="http://user:pw1@host/a?token=pw2",
        message="could not fetch https://user:pw3@host/a?sig=pw4 in time",
    )

    assert "pw" not in path.read_text()
    assert "host/a" in path.read_text()


def test_control_characters_do_not_reach_the_file(log, path):
    log.write("named", name="a\x1b[31m\n\u202eb")

    (line,) = path.read_bytes().splitlines()
    assert line.isascii()
    assert not any(byte < 0x20 for byte in line)


def test_a_long_text_is_cut(log, path):
    log.write("said", message="x" * 100_000)

    assert len(_entries(path)[0]["message"]) == 2000


def test_a_number_that_json_lacks_is_written_as_text(log, path):
    log.write("measured", speed_bps=float("nan"), eta_s=float("inf"))

    (entry,) = _entries(path)
    assert (entry["speed_bps"], entry["eta_s"]) == ("nan", "inf")


def test_the_file_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        open_log(tmp_path / "state" / "ddm.log").close()
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state" / "ddm.log").stat().st_mode) == 0o600


def test_a_full_file_is_renamed_and_a_new_private_one_begun(log, path):
    path.write_bytes(b"x" * FILE_BYTES_MAX)

    log.write("new")

    assert [entry["event"] for entry in _entries(path)] == ["new"]
    assert path.with_name("ddm.log.1").stat().st_size == FILE_BYTES_MAX
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_only_a_few_old_files_are_kept(log, path):
    for number in range(OLD_FILES + 2):
        with path.open("wb") as file:
            file.write(b"%d" % number)
            file.truncate(FILE_BYTES_MAX)
        log.write("new")

    olds = {old.name: old.read_bytes()[:1] for old in path.parent.glob("ddm.log.*")}
    assert olds == {"ddm.log.1": b"4", "ddm.log.2": b"3", "ddm.log.3": b"2"}


def test_a_file_that_another_process_renamed_is_not_renamed_again(log, path):
    other = open_log(path)
    os.truncate(path, FILE_BYTES_MAX)
    other.write("by the other")
    other.close()

    log.write("by us")

    assert [entry["event"] for entry in _entries(path)] == ["by the other", "by us"]
    assert not path.with_name("ddm.log.2").exists()


def test_a_file_that_vanished_when_it_was_full_is_begun_again(log, path):
    os.truncate(path, FILE_BYTES_MAX)
    path.unlink()

    log.write("new")

    assert [entry["event"] for entry in _entries(path)] == ["new"]


def test_a_symlink_is_not_followed(tmp_path):
    (tmp_path / "ddm.log").symlink_to(tmp_path / "elsewhere")

    log = open_log(tmp_path / "ddm.log")
    log.write("lost")

    assert log.problem == (
        f"could not write the log {tmp_path}/ddm.log: Too many levels of symbolic links"
    )
    assert not (tmp_path / "elsewhere").exists()


def test_a_pipe_in_the_logs_place_is_a_problem_and_no_wait(tmp_path):
    os.mkfifo(tmp_path / "ddm.log")
    reader = os.open(tmp_path / "ddm.log", os.O_RDONLY | os.O_NONBLOCK)

    log = open_log(tmp_path / "ddm.log")
    os.close(reader)

    assert log.problem == f"could not write the log {tmp_path}/ddm.log: not a regular file"


def test_a_directory_that_cannot_be_made_is_a_problem_and_no_end(tmp_path):
    (tmp_path / "state").write_text("in the way")

    log = open_log(tmp_path / "state" / "ddm.log")
    log.write("lost")
    log.close()

    assert log.problem == f"could not write the log {tmp_path}/state/ddm.log: File exists"


def test_a_log_that_fails_later_keeps_its_problem_and_goes_on(log, path):
    os.truncate(path, FILE_BYTES_MAX)
    path.with_name("ddm.log.2").touch()
    path.with_name("ddm.log.3").mkdir()
    log.write("lost")
    path.with_name("ddm.log.3").rmdir()

    log.write("kept")

    assert log.problem == f"could not write the log {path}: Is a directory"
    assert [entry["event"] for entry in _entries(path)] == ["kept"]


def test_a_line_torn_by_a_full_disk_does_not_spoil_the_next(log, path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        log.write("torn")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    log.write("whole")

    torn, whole = path.read_text().splitlines()
    assert torn == '{"time": "'
    assert json.loads(whole)["event"] == "whole"
    assert log.problem == f"could not write the log {path}: File too large"


def test_a_log_without_a_path_writes_nothing():
    log = open_log(None)
    log.write("nowhere")
    log.close()

    assert log.problem is None


def test_a_closed_log_writes_nothing(log, path):
    log.close()
    log.write("too late")
    log.close()

    assert (path.read_text(), log.problem) == ("", None)


def test_a_listener_hears_each_event_also_where_nothing_is_written():
    heard = []
    log = open_log(None)
    log.listener = lambda event, fields: heard.append((event, dict(fields)))
    log.write("job", job=3, state="running")

    assert heard == [("job", {"job": 3, "state": "running"})]


def test_what_is_written_together_is_one_append_at_the_end(log, path):
    appended = []
    with log.together():
        log.write("first")
        log.write("second")
        appended.append(path.read_text())
    log.write("third")

    assert appended == [""]
    assert [entry["event"] for entry in _entries(path)] == ["first", "second", "third"]


def test_what_was_written_together_before_an_error_is_kept(log, path):
    with contextlib.suppress(RuntimeError), log.together():
        log.write("first")
        raise RuntimeError

    assert [entry["event"] for entry in _entries(path)] == ["first"]


def test_writing_nothing_together_is_nothing(log, path):
    with log.together():
        pass

    assert path.read_bytes() == b""
