"""Downloads on a disk whose power is cut at random moments, and what is there afterwards."""

from __future__ import annotations

import os
import random
import re
from dataclasses import dataclass
from pathlib import Path

from integration.crash.disks import Ext4, ext4
from integration.crash.paced import PacedServer
from integration.program import Program

MIB = 1 << 20
IMAGE_BYTES = 128 * MIB
CONNECTIONS = 16
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Cuts:
    """What became of one queue of downloads.

    wrong: names that held something else than their file, whenever that was looked at. code: of the last run.
    lost: names that were not there any more after a run that ended with 0 and a power cut right after it.
    kept_bytes: of what had come before the cuts, how much did not have to come again. sent_bytes: until each cut.
    """

    wrong: list[str]
    lost: list[str]
    code: int
    kept_bytes: int
    sent_bytes: list[int]
    said: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How to do it. cut_after: the shares of all bytes between which each cut comes. options: of mount.

    claims_first: the kernel has just written back what DDM says about the bytes, and not the bytes.
    """

    seed: int
    bytes_per_s: float
    cut_after: tuple[tuple[float, float], ...]
    options: str = ""
    claims_first: bool = False


def cuts(home: Path, files: dict[str, bytes], plan: Plan) -> Cuts:
    """Fetch the files with so many power cuts on the way, and one right after the end."""
    chance = random.Random(plan.seed)
    size = sum(map(len, files.values()))
    wrong: list[str] = []
    said, until_cut = "", []
    with (
        ext4(home, IMAGE_BYTES, plan.options) as disk,
        PacedServer(files, bytes_per_s=plan.bytes_per_s / CONNECTIONS) as server,
    ):
        program = on(disk)
        command = ("get", "--max-segments", CONNECTIONS, *map(server.url, files))
        for boot, (low, high) in enumerate(plan.cut_after):
            program.environment["DDM_BOOT_ID"] = f"boot-{boot}"
            before = server.sent_bytes
            with program.start(*command) as process:
                server.wait_sent(before + int(size * chance.uniform(low, high)), _TIMEOUT_S)
                if plan.claims_first:
                    _write_back(disk.point / "home")
                disk.cut()
                process.kill()
                said += process.communicate()[1]
            until_cut.append(server.acknowledged_bytes())
            disk.restart()
            wrong += wrong_in(program.directory, files)
        program.environment["DDM_BOOT_ID"] = "boot-last"
        last = program(*command)
        disk.cut()
        disk.restart()
        wrong += wrong_in(program.directory, files)
        there = {asked_name(path.name) for path in program.directory.iterdir()}
        lost = [path for path in files if path not in there]
        fetched_again = server.acknowledged_bytes() - size
    kept = until_cut[-1] - fetched_again
    return Cuts(wrong, lost, last.code, kept, until_cut, said + last.err)


def on(disk: Ext4) -> Program:
    """The program, with its state and its downloads on the disk."""
    home, downloads = disk.point / "home", disk.point / "downloads"
    home.mkdir()
    downloads.mkdir()
    disk.sync()
    return Program(home, downloads)


def _write_back(directory: Path) -> None:
    for path in directory.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def wrong_in(directory: Path, files: dict[str, bytes]) -> list[str]:
    """The names in the directory that are no part files and hold something that they should not."""
    return [
        path.name
        for path in directory.iterdir()
        if path.suffix != ".part" and path.read_bytes() != files.get(asked_name(path.name))
    ]


def asked_name(name: str) -> str:
    """The URL's path that a name was made of: "a (1).bin" is "/a.bin" beside a part file that nobody owns."""
    return "/" + re.sub(r" \(\d+\)(?=\.bin$)", "", name)
