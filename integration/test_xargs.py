"""`printf '%s\\n' URL... | xargs -P 8 -n 1 ddm get`: many processes, one queue, and it simply works."""

import subprocess
import sys

from integration.crash.paced import PacedServer
from integration.servers.bodies import body

MIB = 1 << 20


def test_xargs_with_eight_at_once_gets_every_file(ddm, download_dir):
    files = {f"/file-{n:02}.bin": body(MIB + 7919 * n, seed=n) for n in range(24)}
    with PacedServer(files, bytes_per_s=4 * MIB) as server:
        ended = subprocess.run(
            ["xargs", "-P", "8", "-n", "1", sys.executable, "-m", "ddm", "get"],
            input="".join(f"{server.url(path)}\n" for path in files),
            capture_output=True,
            text=True,
            timeout=60,
            cwd=download_dir,
            env=ddm.environment,
            check=False,
        )

    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    found = {f"/{path.name}": path.read_bytes() for path in download_dir.iterdir()}
    assert sorted(found) == sorted(files)
    assert [name for name in files if found[name] != files[name]] == []
    assert sorted(ended.stdout.split()) == sorted(f"{download_dir}{path}" for path in files)
    assert [job["state"] for job in ddm.status()["jobs"]] == ["done"] * len(files)
