import io
import os
import signal

import pytest
from rich.console import Console

from ddm.cli.watch.source import watching
from ddm.cli.watch.terminal import Terminal
from ddm.cli.watch.watcher import Watcher
from ddm.cli.working.signals import Signals
from ddm.record import State
from ddm.spec import JobSpec

DOWN = b"\x1b[B"


class Screen:
    """A terminal on paper: what is drawn goes to `out`, keys come from a pipe."""

    def __init__(self, home):
        self.state_dir = home / "state" / "ddm"
        self.out = io.StringIO()
        self.keys_in, self.keys_out = os.pipe()
        self.wake_in, self.wake_out = os.pipe2(os.O_NONBLOCK)

    def watch(self, keys=b"", ids=(), *, caught=None):
        os.write(self.keys_out, keys)
        console = Console(file=self.out, force_terminal=True, width=80, height=24, markup=False)
        terminal = Terminal(console, self.keys_in, {})
        with Signals(lambda: None) as signals, terminal, watching(self.state_dir) as source:
            signals.wake(self.wake_out)
            if caught is not None:
                signal.raise_signal(caught)
            return Watcher(terminal, signals, self.wake_in, ids).run(source)


@pytest.fixture
def screen(home):
    made = Screen(home)
    yield made
    for fd in (made.keys_in, made.keys_out, made.wake_in, made.wake_out):
        os.close(fd)


@pytest.fixture
def jobs(store):
    store.add([JobSpec(f"http://127.0.0.1/{name}", "/files") for name in "abc"])
    return store


def states(store):
    return [job.state for job in store.all()]


def test_q_leaves(screen, jobs):
    assert screen.watch(b"q") == 0
    assert "3 jobs: 3 queued" in screen.out.getvalue()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves(screen, jobs, number, status):
    assert screen.watch(caught=number) == status


def test_p_pauses_the_selected_job(screen, jobs):
    screen.watch(DOWN + b"pq")

    assert states(jobs) == [State.QUEUED, State.PAUSED, State.QUEUED]


def test_capital_p_pauses_all_and_r_resumes_one(screen, jobs):
    screen.watch(b"Pq")
    assert states(jobs) == [State.PAUSED] * 3
    screen.watch(DOWN + DOWN + b"rq")

    assert states(jobs) == [State.PAUSED, State.PAUSED, State.QUEUED]


def test_capital_r_resumes_all_that_rests_or_failed(screen, jobs):
    jobs.set_state(1, State.FAILED, None)
    jobs.set_state(2, State.DONE, None)
    screen.watch(b"PRq")
    screen.watch(b"Rq")

    assert states(jobs) == [State.QUEUED, State.DONE, State.QUEUED]


def test_only_the_jobs_that_were_asked_for_are_meant(screen, jobs):
    screen.watch(b"Pq", ids=[3, 1])

    assert states(jobs) == [State.PAUSED, State.QUEUED, State.PAUSED]


def test_what_is_over_is_not_paused(screen, jobs):
    jobs.set_state(1, State.DONE, None)
    screen.watch(b"pq")

    assert states(jobs)[0] is State.DONE


def test_in_the_help_q_only_closes_it(screen, jobs):
    assert screen.watch(b"?qpq") == 0
    assert states(jobs)[0] is State.PAUSED


def test_without_any_job_keys_do_no_harm(screen, home):
    assert screen.watch(DOWN + b"pPrRsq") == 0


def test_a_terminal_that_has_gone_is_left(screen, jobs):
    os.close(screen.keys_out)
    screen.keys_out = os.open(os.devnull, os.O_WRONLY)

    assert screen.watch() == 0


def test_a_database_that_is_another_file_is_left(screen, jobs, home):
    path = home / "state" / "ddm" / "jobs.db"

    class Renaming(io.StringIO):
        def write(self, text):
            if path.exists():
                path.rename(home / "away.db")
            return len(text)

    screen.out = Renaming()

    assert screen.watch() is None
