"""Where the scenes play: a manager in its own process, the stream beside it, and what others may do to both.

with stage(home) as here:
    here.rest()
    with here.disturbed("digest"):
        ...
here.figures["digest"]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from ddm.record import State
from ddm.spec import JobSpec
from ddm.store import poke
from ddm.store.database import open_database
from ddm.store.jobs import JobStore
from integration.blocking import stream
from integration.blocking.figures import Figures, figures
from integration.blocking.subject import Report
from integration.crash.waiting import until
from integration.program import Program
from integration.servers.nginx import Nginx
from integration.servers.shaper import shaped

# Before each scene: what it is compared with. After its beginning at least so long: what it left behind.
REST_S, LEAST_S = 3.0, 2.0
_WARM_UP_S = 2.0
_PATIENCE_S = 120.0


class Stage:
    """What a scene has; `stage` makes it.

    directory: where downloads go; roomy: the same on a disk with room for a very big file. nginx: serves small files.
    store: a connection of this process to the manager's database. ddm: the installed program, with the manager's state
    directory. threads: the most that were seen in the manager. figures: of the scenes; report: all that was measured,
    once the block is over.
    """

    def __init__(self, home: Path, directory: Path, roomy: Path, nginx: Nginx) -> None:
        self.directory = directory
        self.roomy = roomy
        self.nginx = nginx
        self.ddm = Program(home, directory)
        self.state_dir = Path(self.ddm.environment["XDG_STATE_HOME"], "ddm")
        self.figures: dict[str, Figures] = {}
        self.report: Report | None = None
        self.threads = 0
        self.pid = 0
        self._stretches: dict[str, tuple[float, float]] = {}
        self._store: JobStore | None = None

    @property
    def store(self) -> JobStore:
        """The manager's jobs."""
        if self._store is None:
            raise AssertionError("the stage is not open")
        return self._store

    def rest(self, seconds: float = REST_S) -> None:
        """Leave it alone."""
        end_s = time.monotonic() + seconds
        until(lambda: self._look() and time.monotonic() >= end_s, "time passes")

    @contextmanager
    def disturbed(self, name: str) -> Iterator[None]:
        """After a rest, play a scene; it lasts a while at least, because what it began may go on."""
        self.rest()
        begun_s = time.monotonic()
        yield
        over_s = time.monotonic()
        self.rest(max(0.0, begun_s + LEAST_S - over_s))
        self._stretches[name] = begun_s, max(over_s, begun_s + LEAST_S)

    def add(self, specs: Iterable[JobSpec]) -> list[int]:
        """Queue jobs, as `ddm add` does."""
        ids = self.store.add(list(specs))
        self.poke()
        return ids

    def poke(self) -> None:
        """Tell the manager that there is something new."""
        poke.send(self.state_dir)

    def wait_for(self, ids: Iterable[int], state: State = State.DONE) -> None:
        """Wait until all of them are so; a job that is gone is as it should be."""
        ids = list(ids)

        def there() -> bool:
            self._look()
            return all(found is state for found in self.store.states_of(ids).values())

        until(there, f"{len(ids)} jobs are {state.value}", _PATIENCE_S)

    def _look(self) -> bool:
        self.threads = max(self.threads, len(list(Path(f"/proc/{self.pid}/task").iterdir())))
        return True

    @contextmanager
    def playing(self, report: Path) -> Iterator[None]:
        """The subject and its stream, for as long as the block lasts."""
        with ExitStack() as exits:
            urls = exits.enter_context(shaped(stream.SHAPE))
            database = open_database(self.state_dir / "jobs.db")
            exits.callback(database.close)
            self._store = JobStore(database, time.time)
            command = [sys.executable, "-m", "integration.blocking.subject", self.state_dir, report]
            process = exits.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, env=self.ddm.environment)
            )
            exits.callback(process.kill)
            self.pid = process.pid
            ids = self.add(stream.jobs(urls, str(self.directory)))
            self.wait_for(ids, State.RUNNING)
            self.rest(_WARM_UP_S)
            yield
            if process.stdin is not None:
                process.stdin.close()
            assert process.wait(timeout=_PATIENCE_S) == 0, "the manager ended with an error"
            self._store = None


@contextmanager
def stage(home: Path, roomy: Path | None = None) -> Iterator[Stage]:
    """A stage for as long as the block lasts; then the figures are there."""
    directory = home / "downloads"
    directory.mkdir(parents=True)
    with Nginx(home / "nginx") as nginx:
        here, report = Stage(home, directory, roomy or directory, nginx), home / "report"
        with here.playing(report):
            yield here
    here.report = found = msgspec.json.decode(report.read_bytes(), type=Report)
    for name, (begun_s, over_s) in here._stretches.items():
        here.figures[name] = figures(found, begun_s - REST_S, begun_s, over_s)
    shutil.rmtree(directory)
