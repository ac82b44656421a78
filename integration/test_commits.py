"""The store's disk is waited for by children alone: seen with strace, from the first request to the last."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from integration.crash.paced import PacedServer

KIB, SIZE = 1 << 10, 3 << 20
# Rows so long that a hundred of them fill the log.
LONG = "x" * 40_000
ADDED = 110
SYNC = re.compile(r"^(\d+) +f(?:data)?sync\(\d+<(.*?)>")


@pytest.fixture
def strace():
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is missing: apt-get install strace")
    tried = subprocess.run([found, "-o", "/dev/null", "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"strace may not trace here: {tried.stderr.decode().strip()}")
    return found


def test_the_loop_never_waits_for_the_disk_of_its_store(strace, ddm, tmp_path):
    trace = tmp_path / "trace"
    added = [[f"/{batch}-{number}.bin" for number in range(ADDED)] for batch in range(3)]
    files = {path: b"x" * 1000 for batch in added for path in batch}
    command = [strace, "-f", "-y", "-qq", "-s", "0", "-o", str(trace)]
    command += ["--trace=fsync,fdatasync,sendto", sys.executable, "-m", "ddm", "run"]
    with PacedServer({**files, "/large.bin": bytes(SIZE)}, bytes_per_s=512 * KIB) as server:
        assert ddm("add", server.url("/large.bin"), "--max-segments", 1).code == 0
        with subprocess.Popen(
            command, cwd=ddm.directory, env=ddm.environment, stderr=subprocess.PIPE
        ) as process:
            assert server.wait_sent(1, 30)
            for batch in added:
                assert ddm("add", "-H", f"X-Long: {LONG}", *map(server.url, batch)).code == 0
            _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    lines = trace.read_text().splitlines()
    ours = lines[0].split()[0]
    asked = [at for at, line in enumerate(lines) if line.startswith(ours) and " sendto(" in line]
    at_work = lines[asked[0] : asked[-1]]
    syncs = {(found[1], Path(found[2]).name) for found in map(SYNC.match, at_work) if found}
    database = ("jobs.db", "jobs.db-wal")

    assert {name for process, name in syncs if process != ours} >= set(database)
    assert [name for process, name in syncs if process == ours and name in database] == []
