"""The server, its files, and runs in processes of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from integration.embedding.measured.subject import Report, Run
from integration.servers.nginx import Nginx

KIB, MIB = 1 << 10, 1 << 20
# Where a tmpfs is on any Linux, and where a disk is, unless TMPDIR says another one.
MEMORY = Path("/dev/shm")


class Stage:
    """What runs have in common. memory, disk: directories for files. small, big: the URLs, without their numbers."""

    def __init__(self, memory: Path, disk: Path, nginx: Nginx) -> None:
        self.memory, self.disk = memory, disk
        self.small, self.big = f"{nginx.plain}/files/small", f"{nginx.plain}/files/big"

    def run(self, asked: Run, home: Path | None = None) -> Report | None:
        """Do one run, whose files go below `home`, by default into memory; None where there is no such loop."""
        home = Path(tempfile.mkdtemp(dir=home or self.memory))
        (home / "files").mkdir()
        directory = str(home / "files") if asked.directory else ""
        state_dir = str(home / "state") if asked.state_dir else ""
        asked = msgspec.structs.replace(asked, directory=directory, state_dir=state_dir)
        command = [sys.executable, "-m", "integration.embedding.measured.subject"]
        done = subprocess.run(
            [*command, msgspec.json.encode(asked).decode()], stdout=subprocess.PIPE, check=False
        )
        try:
            if done.returncode:
                return None
            if directory:
                assert len(list((home / "files").iterdir())) == asked.files
            return msgspec.json.decode(done.stdout, type=Report)
        finally:
            shutil.rmtree(home)


@contextmanager
def stage(small: int, big: int, big_bytes: int) -> Iterator[Stage]:
    """So many files of 1 KiB, and so many big ones."""
    with (
        tempfile.TemporaryDirectory(prefix="ddm-embedded-", dir=MEMORY) as memory,
        tempfile.TemporaryDirectory(prefix="ddm-embedded-") as disk,
        Nginx(Path(memory, "nginx")) as nginx,
    ):
        for number in range(small):
            (nginx.files / f"small{number}").write_bytes(bytes(KIB))
        (nginx.files / "big0").write_bytes(bytes(big_bytes))
        for number in range(1, big):
            (nginx.files / f"big{number}").hardlink_to(nginx.files / "big0")
        yield Stage(Path(memory), Path(disk), nginx)
