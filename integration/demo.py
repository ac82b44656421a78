"""What `make demo` shows: two dozen files at once from two small servers of our own.

The servers live in a child process and take their time, so that there is something to see.
Everything, DDM's own files too, is in a temporary directory that goes away.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from integration.servers.behaviours import Honest
from integration.servers.bodies import body, sha256_of
from integration.servers.scripted import ScriptedServer

MIB = 1 << 20
FILES = {f"file-{number:02}.bin": number * MIB for number in range(1, 25)}
BYTES_PER_S = 1.5 * MIB  # of one connection


def serve() -> None:
    """The child: say where the files are, serve until stdin ends, say how many asked."""
    with ScriptedServer() as one, ScriptedServer() as other:
        links = {}
        for seed, (name, size) in enumerate(FILES.items()):
            content = body(size, seed)
            server = (one, other)[seed % 2]
            url = server.add(f"/{name}", Honest(content, bytes_per_s=BYTES_PER_S))
            links[name] = url, hashlib.sha256(content).hexdigest()
        print(json.dumps(links), flush=True)
        sys.stdin.read()
        logs = one.log, other.log
        connections = sum(len({request.connection for request in log}) for log in logs)
        requests = sum(map(len, logs))
        print(json.dumps({"requests": requests, "connections": connections}), flush=True)


def main() -> int:
    """Run the demo; 0 if every file is right."""
    print(f"Making {sum(FILES.values()) // MIB} MiB to fetch ...", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="ddm-demo-") as home,
        subprocess.Popen(
            [sys.executable, "-m", "integration.demo", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as servers,
    ):
        assert servers.stdout is not None
        links = json.loads(servers.stdout.readline())
        began = time.monotonic()
        code = _fetch(Path(home), [url for url, _ in links.values()])
        took_s = time.monotonic() - began
        counts = json.loads(servers.communicate()[0])
        wrong = [name for name, (_, digest) in links.items() if not _right(home, name, digest)]
    return _report(code, wrong, took_s, counts)


def _fetch(home: Path, urls: list[str]) -> int:
    """Fetch the list; progress goes to the terminal, as a user sees it."""
    (home / "list.txt").write_text("\n".join(urls) + "\n")
    xdg = ("CACHE", "CONFIG", "DATA", "STATE")
    command = [sys.executable, "-m", "ddm", "get", "-i", home / "list.txt", "-d", home / "files"]
    environment = os.environ | {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in xdg}
    print(f"ddm get -i list.txt -d files   # {len(urls)} files from two servers", flush=True)
    return subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, check=False
    ).returncode


def _right(home: str, name: str, digest: str) -> bool:
    path = Path(home, "files", name)
    return path.is_file() and sha256_of(path) == digest


def _report(code: int, wrong: list[str], took_s: float, counts: dict[str, int]) -> int:
    mib = sum(FILES.values()) / MIB
    print(f"{len(FILES)} files, {mib:.0f} MiB in {took_s:.1f} s: {mib / took_s:.0f} MiB/s.")
    print(
        f"{counts['requests']} requests over {counts['connections']} connections, "
        f"each of which gives at most {BYTES_PER_S / MIB} MiB/s."
    )
    if code or wrong:
        print(f"This went wrong: exit status {code}, not as they should be: {', '.join(wrong)}.")
        return 1
    print("Every SHA-256 is right, and everything is cleaned up. Now yours: .venv/bin/ddm get URL")
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        sys.exit(main())
