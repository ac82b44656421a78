"""Commands of the user's that are started when a job ends: on_done and on_error of config.toml.

A member of the reactor: nothing here waits. At most four run at a time, each in a process group of
its own, so that Ctrl-C is not for them. They are watched by their pidfd and reaped. Whatever becomes of
them, it is one line on stderr and in the log, and never changes the exit status of ddm.
"""

from __future__ import annotations

import os
import shlex
import signal
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from ddm import redact
from ddm.cli.showing.face import Face
from ddm.cli.showing.outcome import Outcome, of_view
from ddm.core.view import JobView
from ddm.errors import Exit
from ddm.limits import KIB, Limits
from ddm.log import Log
from ddm.multi.reactor import Reactor
from ddm.turns import Part

if TYPE_CHECKING:
    import subprocess

# Enough for a command that waits for something; ten thousand small files do not become as many processes.
AT_ONCE_MAX = 4

# What is told of a command's output where a picture is on the terminal.
_OUTPUT_BYTES_MAX = 16 * KIB
_STDERR = 2


class _Call(Struct, frozen=True):
    """A command that is to be run. which: "on_done" or "on_error". variables: what it is told of the job."""

    which: str
    words: tuple[str, ...]
    job_id: int
    variables: Mapping[str, str]


class _Running(Struct, frozen=True):
    """A command at work. output: where it writes, while nobody else may write to the terminal; else None."""

    call: _Call
    process: subprocess.Popen[bytes]
    output: int | None


class Hooks:
    """The commands of one run of ddm.

    environment: what they get beside the DDM_JOB_* variables; the user's own.
    """

    def __init__(
        self, limits: Limits, face: Face, log: Log, environment: Mapping[str, str]
    ) -> None:
        self._words = {
            "on_done": tuple(shlex.split(limits.on_done)),
            "on_error": tuple(shlex.split(limits.on_error)),
        }
        self._face = face
        self._log = log
        self._environment = environment
        self._reactor: Reactor | None = None
        self._waiting: deque[_Call] = deque()
        self._running: dict[int, _Running] = {}

    def join(self, reactor: Reactor) -> None:
        """Work on this reactor until `leave`."""
        self._reactor = reactor
        reactor.join(self, Part.SHOWING)

    def leave(self) -> None:
        """Watch no more. What runs is left running; what has not begun is not run, and that is said."""
        for fd in list(self._running):
            left = self._forget(fd)
            left.process.returncode = 0  # it is init's from now on; nobody here asks how it ended
            self._log.write("hook-left", job=left.call.job_id, which=left.call.which)
            _close(left.output)
        if self._waiting:
            self._tell(
                self._waiting[0],
                f"was not run, nor for {len(self._waiting) - 1} more, for ddm was stopped",
            )
            self._waiting.clear()
        if self._reactor is not None:
            self._reactor.leave(self)
            self._reactor = None

    @property
    def busy(self) -> bool:
        """Whether there are commands that have not ended."""
        return bool(self._waiting or self._running)

    def ended(self, view: JobView) -> None:
        """A job has ended: queue the command that is for that, if there is one."""
        if not any(self._words.values()):
            return  # as it mostly is
        outcome = of_view(view)
        which = "on_done" if outcome.code == Exit.OK else "on_error"
        words = self._words[which]
        if words and outcome.code != Exit.UNFINISHED:
            self._waiting.append(_Call(which, words, view.id, job_variables(view, outcome)))

    def deadline(self) -> float | None:
        """See reactor.Member: 0 if a command can be started."""
        return 0.0 if self._waiting and len(self._running) < AT_ONCE_MAX else None

    def run(self, now: float) -> None:
        """See reactor.Member."""
        del now
        while self._waiting and len(self._running) < AT_ONCE_MAX:
            self._start(self._waiting.popleft())

    def _start(self, call: _Call) -> None:
        import subprocess  # noqa: PLC0415 - few have such a command

        output = None
        try:
            if self._face.draws:
                output = os.memfd_create("ddm-hook")
            streams = _STDERR if output is None else output  # stdout is for paths
            process = subprocess.Popen(  # noqa: S603 - it is the user's own command, and no shell runs it
                call.words,
                stdin=subprocess.DEVNULL,
                stdout=streams,
                stderr=streams,
                env={**self._environment, **call.variables},
                process_group=0,
            )
        except OSError as error:
            _close(output)
            self._tell(call, f"could not be started: {error.strerror}")
            return
        fd = os.pidfd_open(process.pid)
        self._running[fd] = _Running(call, process, output)
        self._log.write("hook", job=call.job_id, which=call.which, process=process.pid)
        if self._reactor is not None:
            self._reactor.watch(
                fd, read=True, write=False, callback=self._on_end, part=Part.SHOWING
            )

    def _on_end(self, fd: int, *_: bool) -> None:
        ended = self._forget(fd)
        call = ended.call
        status = ended.process.wait()  # at once: the pidfd says that it has ended
        self._pass_on(call, ended.output)
        self._log.write("hook-ended", job=call.job_id, which=call.which, status=status)
        if status > 0:
            self._tell(call, f"ended with exit status {status}")
        elif status < 0:
            name = str(-status)
            with suppress(ValueError):
                name = signal.Signals(-status).name
            self._tell(call, f"was ended by {name}")

    def _pass_on(self, call: _Call, output: int | None) -> None:
        """Tell what a command wrote."""
        if output is not None:
            text = os.pread(output, _OUTPUT_BYTES_MAX, 0).decode("utf-8", "replace")
            for line in text.splitlines():
                self._face.warn(f"{call.which} of job {call.job_id}: {redact.text(line)}")
            _close(output)

    def _forget(self, fd: int) -> _Running:
        if self._reactor is not None:
            self._reactor.unwatch(fd)
        os.close(fd)
        return self._running.pop(fd)

    def _tell(self, call: _Call, what: str) -> None:
        sentence = f"{call.which} of job {call.job_id} ({redact.short(call.words[0])}) {what}"
        self._log.write("hook-failed", level="warning", job=call.job_id, why=sentence)
        self._face.warn(sentence)


def _close(fd: int | None) -> None:
    if fd is not None:
        os.close(fd)


def job_variables(view: JobView, outcome: Outcome) -> dict[str, str]:
    """What a command is told of the job that ended; "" where there is nothing to tell. No secrets."""
    size = view.size_bytes
    return {
        "DDM_JOB_ID": str(view.id),
        "DDM_JOB_STATE": view.state.value,
        "DDM_JOB_PATH": outcome.path or "",
        "DDM_JOB_NAME": view.name,
        "DDM_JOB_DIRECTORY": view.directory,
        "DDM_JOB_URL": view.url,
        "DDM_JOB_SIZE_BYTES": "" if size is None else str(size),
        "DDM_JOB_ERROR": outcome.message,
        "DDM_JOB_EXIT_STATUS": str(int(outcome.code)),
    }
