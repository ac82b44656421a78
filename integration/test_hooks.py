"""on_done and on_error: the user's own commands, which never change what DDM returns."""

import json
import os
import signal
import stat

from ddm import redact
from integration.program import finish
from integration.servers.behaviours import Honest, Status
from integration.servers.bodies import body

CONTENT = body(100_000, seed=51)
TELL = """#!/bin/sh
echo "a line of the hook"
env | grep ^DDM_JOB_ | sort > "$DDM_JOB_ID.told"
exit 3
"""


def _script(directory, text):
    path = directory / "hook.sh"
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def _told(directory, job_id):
    lines = (directory / f"{job_id}.told").read_text().splitlines()
    return dict(line.removeprefix("DDM_JOB_").split("=", 1) for line in lines)


def test_commands_of_the_configuration_are_told_of_each_job(ddm, scripted, download_dir):
    hook = _script(download_dir, TELL)
    ddm.configure(f"on_done = '{hook}'\non_error = '{hook}'\n")
    good = scripted.add("/a.bin", Honest(CONTENT)) + "?sig=secret"

    ended = ddm("get", good, scripted.add("/gone", Status(404)))

    assert (ended.code, ended.out) == (3, f"{download_dir}/a.bin\n")
    assert ended.err.count("a line of the hook") == 2
    shown = redact.short(str(hook))
    assert f"ddm: on_done of job 1 ({shown}) ended with exit status 3\n" in ended.err
    assert _told(download_dir, 1) == {
        "ID": "1",
        "STATE": "done",
        "PATH": f"{download_dir}/a.bin",
        "NAME": "a.bin",
        "DIRECTORY": str(download_dir),
        "URL": f"{scripted.url('/a.bin')}?sig=***",
        "SIZE_BYTES": str(len(CONTENT)),
        "ERROR": "",
        "EXIT_STATUS": "0",
    }
    failed = _told(download_dir, 2)
    assert (failed["STATE"], failed["EXIT_STATUS"], failed["PATH"]) == ("failed", "3", "")
    assert "404" in failed["ERROR"]


def test_the_environment_goes_before_the_file_and_run_has_hooks_too(ddm, scripted, download_dir):
    ddm.configure("on_done = 'no-such-command'\n")
    ddm.environment["DDM_ON_DONE"] = str(_script(download_dir, TELL.replace("exit 3", "exit 0")))
    ddm("add", scripted.add("/a.bin", Honest(CONTENT)))

    ended = ddm("run")

    assert ended.code == 0, ended.err
    assert "on_done" not in ended.err
    assert _told(download_dir, 1)["STATE"] == "done"


def test_a_file_that_is_there_already_is_no_news(ddm, scripted, download_dir):
    url = scripted.add("/a.bin", Honest(CONTENT))
    ddm("get", url)
    ddm.environment["DDM_ON_DONE"] = str(_script(download_dir, TELL))

    assert ddm("get", url).code == 0
    assert not (download_dir / "1.told").exists()


def test_ddm_waits_for_its_hooks_until_a_signal_says_not_to(ddm, scripted, download_dir):
    begun, go, ended_too = (download_dir / name for name in ("begun", "go", "ended-too"))
    for fifo in (begun, go, ended_too):
        os.mkfifo(fifo)
    hook = _script(download_dir, f"#!/bin/sh\necho >{begun}\nread x <{go}\necho $x >{ended_too}\n")
    ddm.environment["DDM_ON_DONE"] = str(hook)

    with ddm.start("get", scripted.add("/a.bin", Honest(CONTENT))) as process:
        begun.read_text()
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.wait(30)
        go.write_text("left running\n")
        assert ended_too.read_text() == "left running\n"
        ended = finish(process)

    assert (ended.code, ended.out) == (0, f"{download_dir}/a.bin\n")


def test_a_command_that_makes_no_sense_is_an_error_of_the_configuration(ddm):
    ddm.configure('on_done = "it\'s"\n')

    ended = ddm("get", "http://127.0.0.1:1/a")

    assert (ended.code, ended.out) == (28, "")
    assert "line 1: on_done has a quotation mark" in ended.err


def test_config_show_knows_them(ddm):
    ddm.configure("on_done = 'notify-send \"a file\"'\n")
    shown = json.loads(ddm("config", "show", "--json").out)["settings"]

    assert {each["key"]: each["value"] for each in shown if each["key"].startswith("on_")} == {
        "on_done": 'notify-send "a file"',
        "on_error": "",
    }
