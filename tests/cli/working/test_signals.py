import os
import signal
import subprocess
import sys

import pytest

from ddm.cli.working.signals import Signals

TWICE = """
import os, signal, sys
from ddm.cli.working.signals import Signals
with Signals(lambda: os.write(1, b"restored")):
    signal.raise_signal(signal.SIGINT)
    os.write(1, b"noted ")
    signal.raise_signal(getattr(signal, sys.argv[1]))
    os.write(1, b"never")
"""
RESTING = """
import os, signal
from ddm.cli.working.signals import Signals
reading, writing = os.pipe2(os.O_NONBLOCK)
with Signals(lambda: None) as signals:
    signals.wake(writing)
    signal.raise_signal(signal.SIGTSTP)
    print("noted", signals.resting, flush=True)
    signals.rest()
    print("again", signals.resting, flush=True)
    signal.raise_signal(signal.SIGTSTP)
    print("noted", signals.resting, flush=True)
print(signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL)
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_is_noted(number, status):
    with Signals(lambda: None) as signals:
        before = (signals.caught, signals.exit_status)
        signal.raise_signal(number)

        assert before == (False, None)
        assert (signals.caught, signals.exit_status) == (True, status)


def test_everything_is_as_before_afterwards():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Signals(lambda: None):
        pass

    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_signal_writes_to_the_wake_up_descriptor():
    reading, writing = os.pipe2(os.O_NONBLOCK)
    with Signals(lambda: None) as signals:
        signals.wake(writing)
        signal.raise_signal(signal.SIGTERM)
        signals.wake(-1)

    assert os.read(reading, 10) == bytes([signal.SIGTERM])
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_the_second_signal_leaves_at_once(name, status):
    run = subprocess.run([sys.executable, "-c", TWICE, name], capture_output=True, check=False)

    assert (run.returncode, run.stdout) == (status, b"noted restored")


def test_a_rest_stops_the_process_only_when_the_loop_is_ready_for_it():
    with subprocess.Popen(
        [sys.executable, "-c", RESTING], stdout=subprocess.PIPE, process_group=0
    ) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        before = os.read(process.stdout.fileno(), 1000)
        process.send_signal(signal.SIGCONT)
        after, _ = process.communicate(timeout=30)

    assert os.WIFSTOPPED(status)
    assert before == b"noted True\n"
    assert after == b"again False\nnoted True\nTrue\n"


def test_where_a_rest_is_ignored_it_goes_on_to_be():
    before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    reading, writing = os.pipe2(os.O_NONBLOCK)
    with Signals(lambda: None) as signals:
        signals.wake(writing)
        ignored = signal.getsignal(signal.SIGTSTP)
    after = signal.signal(signal.SIGTSTP, before)
    os.close(reading)
    os.close(writing)

    assert (ignored, after) == (signal.SIG_IGN, signal.SIG_IGN)
