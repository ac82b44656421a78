import os
import pty
import subprocess
import sys

import pytest

from ddm.cli.commands.remove import _tell_left
from ddm.disk.epoch import boot_id
from ddm.disk.localdisk import LocalDisk
from ddm.http.representation import Representation
from ddm.record import State, StoredFailure
from ddm.spec import JobSpec


@pytest.fixture
def job(store, home):
    """Makes a job with its file in the current directory, whole or not; the file."""

    def make(name, *, whole):
        (job_id,) = store.add([JobSpec(f"http://127.0.0.1/{name}", str(home))])
        disk = LocalDisk(boot_id(os.environ))
        part = disk.open_part(str(home), name, exact=True, size_bytes=3, resume=None).result()
        part.write_at([b"abc"], 0)
        store.set_part(job_id, name, Representation(3), part.identity, 0)
        if whole:
            part.publish(exact=True)
            store.set_state(job_id, State.DONE, None)
            return home / name
        part.close()
        return home / f"{name}.part"

    return make


def _on_a_terminal(home, answer, *arguments):
    """The exit status of ddm, and what it said to somebody who answers."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "ddm", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=home,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        os.close(theirs)
        shown = b""
        while b"]: " not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, answer + b"\n")
        code = process.wait(30)
    os.close(ours)
    return code, shown.decode()


def test_the_row_goes_and_the_unfinished_file_stays_and_is_named(ddm, store, job):
    part = job("a", whole=False)
    ran = ddm("remove", 1)

    assert (ran.code, ran.out, ran.err) == (0, "", f"ddm: 1 a: removed; {part} stays\n")
    assert store.all() == []
    assert part.exists()


def test_a_finished_file_stays(ddm, store, job):
    file = job("a", whole=True)
    ran = ddm("remove", 1)

    assert ran.err == f"ddm: 1 a: removed; {file} stays\n"
    assert file.exists()


@pytest.mark.parametrize("whole", [True, False])
def test_files_are_deleted_if_that_is_asked_for(ddm, store, job, whole):
    file = job("a", whole=whole)
    ran = ddm("remove", "--delete-files", 1)

    assert (ran.code, ran.err) == (0, f"ddm: 1 a: removed, with {file}\n")
    assert not file.exists()


def test_a_file_that_is_somebody_else_s_stays(ddm, store, job):
    file = job("a", whole=True)
    file.rename(file.with_name("elsewhere"))
    file.write_bytes(b"mine")
    ran = ddm("remove", "--delete-files", 1)

    assert ran.err == f"ddm: 1 a: removed; {file} stays\n"
    assert file.read_bytes() == b"mine"


def test_all_is_every_job(ddm, store, job):
    for name in "abc":
        job(name, whole=name == "b")
    ran = ddm("remove", "--all")

    assert ran.code == 0
    assert ran.err.count("removed") == 3
    assert store.all() == []


def test_a_no_on_the_terminal_does_nothing(home, store, job):
    job("a", whole=False)
    job("b", whole=True)
    code, shown = _on_a_terminal(home, b"n", "remove", "--all")

    assert code == 1
    assert shown == "remove 2 jobs and keep all files? [y/N]: "
    assert len(store.all()) == 2


def test_a_yes_on_the_terminal_does_it(home, store, job):
    file = job("a", whole=True)
    code, shown = _on_a_terminal(home, b"y", "remove", "1", "--delete-files")

    assert code == 0
    assert shown == "remove 1 job and delete what was fetched, finished files too? [y/N]: "
    assert (store.all(), file.exists()) == ([], False)


def test_files_that_cannot_be_deleted_keep_their_job_and_say_why(record):
    error = StoredFailure("disk-error", "could not remove /files/a: Input/output error", 17)
    told = _tell_left(record(), record(error=error))

    assert (told.words, told.code) == (f"not removed: {error.message}", 17)
    assert _tell_left(record(error=error), record(error=error)) is None
