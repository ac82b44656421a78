import os
import sys

import pytest
from msgspec.structs import replace

from ddm.cli.showing.face import Face
from ddm.cli.working.hooks import AT_ONCE_MAX, Hooks
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.limits import Limits
from ddm.log import open_log
from ddm.multi.clock import MonotonicClock
from ddm.multi.reactor import Reactor
from ddm.record import State

FAILURE = Failure(Kind.NOT_FOUND, "http://me:secret@h/?sig=secret: 404\x1b", Exit.NOT_FOUND)


class Told(Face):
    """A face that keeps what it is told."""

    def __init__(self):
        super().__init__()
        self.warnings = []

    def warn(self, sentence):
        self.warnings.append(sentence)


@pytest.fixture
def reactor():
    made = Reactor(MonotonicClock())
    yield made
    made.close()


@pytest.fixture
def face():
    return Told()


@pytest.fixture
def hooks(reactor, face):
    made = []

    def make(**commands):
        hook = Hooks(Limits(**commands), face, open_log(None), dict(os.environ))
        hook.join(reactor)
        made.append(hook)
        return hook

    yield make
    for hook in made:
        hook.leave()


@pytest.fixture
def done(job_view):
    return job_view(state=State.DONE)


@pytest.fixture
def failed(job_view):
    return job_view(state=State.FAILED, failure=FAILURE, size_bytes=None)


def _script(path, text):
    """A command that runs this Python."""
    path.write_text(text)
    return f"'{sys.executable}' '{path}'"


def _work(reactor, hook):
    while hook.busy:
        reactor.turn(10)


def _printing(tmp_path, out):
    return _script(
        tmp_path / "hook.py",
        f"""
import json, os
told = {{name: value for name, value in os.environ.items() if name.startswith("DDM_JOB_")}}
open({str(out)!r}, "w").write(json.dumps(told))
""",
    )


def test_on_done_is_told_of_the_job(tmp_path, reactor, hooks, done):
    out = tmp_path / "out"
    hook = hooks(on_done=_printing(tmp_path, out))
    hook.ended(done)
    _work(reactor, hook)

    assert out.read_text() == (
        '{"DDM_JOB_ID": "1", "DDM_JOB_STATE": "done", "DDM_JOB_PATH": "/files/a.iso",'
        ' "DDM_JOB_NAME": "a.iso", "DDM_JOB_DIRECTORY": "/files", "DDM_JOB_URL": "http://host/a.iso",'
        ' "DDM_JOB_SIZE_BYTES": "536870912", "DDM_JOB_ERROR": "", "DDM_JOB_EXIT_STATUS": "0"}'
    )


def test_on_error_is_told_why_without_secrets(tmp_path, reactor, hooks, failed):
    out = tmp_path / "out"
    hook = hooks(on_error=_printing(tmp_path, out))
    hook.ended(failed)
    _work(reactor, hook)

    said = out.read_text()
    assert '"DDM_JOB_EXIT_STATUS": "3"' in said
    assert '"DDM_JOB_SIZE_BYTES": ""' in said
    assert '"DDM_JOB_PATH": ""' in said
    assert "404\\\\x1b" in said
    assert "secret" not in said


@pytest.mark.parametrize("command", ["on_done", "on_error"])
@pytest.mark.parametrize("change", [{"state": State.PAUSED}, {"removed": True}])
def test_a_job_that_did_not_end_by_itself_starts_nothing(hooks, done, command, change):
    hook = hooks(**{command: "true"})
    hook.ended(replace(done, **change))

    assert not hook.busy


def test_each_command_is_for_its_own_end(hooks, done, failed):
    hook = hooks(on_done="true")
    hook.ended(failed)
    assert not hook.busy

    hook.ended(done)
    assert hook.busy


def test_without_a_command_nothing_is_started(hooks, done, failed):
    hook = hooks()
    hook.ended(done)
    hook.ended(failed)

    assert not hook.busy
    assert hook.deadline() is None


def test_no_shell_runs_it(tmp_path, reactor, hooks, done, face):
    hook = hooks(on_done=f"test -e '$HOME;' -o 'a b' = 'a b' -a ! -e {tmp_path}/*")
    hook.ended(done)
    _work(reactor, hook)

    assert face.warnings == []


def test_it_reads_nothing_and_has_no_descriptor_but_three(tmp_path, reactor, hooks, done, face):
    read, write = os.pipe()
    os.set_inheritable(write, True)
    code = """
import os, sys
assert sys.stdin.read() == ""
assert set(os.listdir("/proc/self/fd")) <= {"0", "1", "2", "3"}, os.listdir("/proc/self/fd")
assert os.getpgid(0) == os.getpid()
"""
    hook = hooks(on_done=_script(tmp_path / "hook.py", code))
    hook.ended(done)
    _work(reactor, hook)
    os.close(read)
    os.close(write)

    assert face.warnings == []


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("false", "(false) ended with exit status 1"),
        ("no-such-command-anywhere x", "(no-such-command-anywhere) could not be started: "),
        ("sh -c 'kill -TERM $$'", "(sh) was ended by SIGTERM"),
    ],
)
def test_a_command_that_fails_is_one_line(reactor, hooks, done, face, command, why):
    hook = hooks(on_done=command)
    hook.ended(done)
    _work(reactor, hook)

    (said,) = face.warnings
    assert said.startswith(f"on_done of job 1 {why}")


def test_only_so_many_run_at_once_and_the_others_wait(reactor, hooks, done, face):
    hook = hooks(on_done="true")
    for _ in range(AT_ONCE_MAX + 2):
        hook.ended(done)
    reactor.turn(0)
    assert hook.deadline() is None  # as many as may run do
    _work(reactor, hook)

    assert face.warnings == []


def test_what_runs_is_left_running(tmp_path, reactor, hooks, done, face):
    go, back = tmp_path / "go", tmp_path / "back"
    os.mkfifo(go)
    os.mkfifo(back)
    hook = hooks(on_done=f"sh -c 'read line < {go}; echo $line > {back}'")
    hook.ended(done)
    reactor.turn(0)
    hook.leave()

    assert not hook.busy
    assert face.warnings == []
    go.write_text("still there\n")
    assert back.read_text() == "still there\n"


def test_what_waits_when_ddm_is_stopped_is_told(reactor, hooks, done, face):
    hook = hooks(on_done="true")
    for _ in range(AT_ONCE_MAX + 2):
        hook.ended(done)
    reactor.turn(0)
    hook.leave()

    assert face.warnings == [
        "on_done of job 1 (true) was not run, nor for 1 more, for ddm was stopped"
    ]


def test_where_a_picture_is_drawn_the_output_is_told_above_it(reactor, hooks, done, face):
    face.draws = True
    hook = hooks(on_done=r"""sh -c "printf 'one\ntwo\033\n'" """)
    hook.ended(done)
    _work(reactor, hook)

    assert face.warnings == ["on_done of job 1: one", "on_done of job 1: two\\x1b"]


def test_such_output_is_no_reason_to_end_for_who_is_left_running(reactor, hooks, done, face):
    face.draws = True
    hook = hooks(on_done="sh -c 'echo one'")
    hook.ended(done)
    reactor.turn(0)
    hook.leave()

    assert face.warnings == []
