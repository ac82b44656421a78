"""A headless Chromium with its developer tools open, which save a HAR with their own exporter.

It is steered through pipes (--remote-debugging-pipe: JSON with a zero byte after each message). Its
tools are a page as well, and talk to the page that they look at through a socket on loopback.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import time
from fcntl import F_DUPFD, fcntl
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Its own house calls go nowhere.
_SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--disable-sync", "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe", "--remote-debugging-port=0",
    "--remote-allow-origins=devtools://devtools",
)  # fmt: skip
_WAIT_S = 40
# The tools' own modules; they navigate themselves, so that they see everything from the start.
_SAVE = """(async () => {
  const SDK = await import("./core/sdk/sdk.js");
  const Logs = await import("./models/logs/logs.js");
  const HAR = await import("./models/har/har.js");
  const pause = () => new Promise(done => setTimeout(done, 20));
  const page = () => SDK.TargetManager.TargetManager.instance().primaryPageTarget();
  while (!page()?.model(SDK.NetworkManager.NetworkManager)) await pause();
  const requests = () => Logs.NetworkLog.NetworkLog.instance().requests();
  await page().pageAgent().invoke_navigate({url: %s});
  while (!requests().some(each => each.url() === %s && each.finished)) await pause();
  return JSON.stringify({log: await HAR.Log.Log.build(requests(), {sanitize: %s})});
})()"""


def program() -> str | None:
    """Where Chromium is, None if it is missing."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Chromium:
    """A running browser."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._buffer = b""
        self._count = 0
        self._until_s = time.monotonic() + _WAIT_S
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        # Out of the way of 3 and 4, where Chromium wants its ends.
        ends = [fcntl(end, F_DUPFD, 10) for end in (theirs_in, theirs_out)]
        output = os.open(home / "output", os.O_WRONLY | os.O_CREAT, 0o600)
        self._pid = os.posix_spawn(
            str(program()),
            [str(program()), *_SWITCHES, f"--user-data-dir={home}", "about:blank"],
            os.environ | {"HOME": str(home)},
            file_actions=[
                *((os.POSIX_SPAWN_DUP2, output, to) for to in (1, 2)),
                *((os.POSIX_SPAWN_DUP2, end, to) for to, end in enumerate(ends, 3)),
            ],
            setpgroup=0,
        )
        for end in (theirs_in, theirs_out, output, *ends):
            os.close(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._to)
        os.close(self._from)

    def har(self, url: str, last: str, *, sanitized: bool = False) -> str:
        """The HAR of a visit to `url`, saved when the request for `last` has ended."""
        page = self._call("Target.createTarget", url="about:blank")["targetId"]
        tools = self._call(
            "Target.createTarget",
            url="devtools://devtools/bundled/devtools_app.html"
            f"?ws=127.0.0.1:{self._port()}/devtools/page/{page}&panel=network",
        )["targetId"]
        session = self._call("Target.attachToTarget", targetId=tools, flatten=True)["sessionId"]
        found = self._call(
            "Runtime.evaluate",
            session,
            expression=_SAVE % tuple(map(json.dumps, (url, last, sanitized))),
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in found, found
        return str(found["result"]["value"])

    def _port(self) -> int:
        """Where the tools' socket is; Chromium writes it down when it listens."""
        path = self._home / "DevToolsActivePort"
        while not (path.exists() and path.read_text()):
            self._call("Browser.getVersion")
        return int(path.read_text().splitlines()[0])

    def _call(self, method: str, session: str | None = None, **params: object) -> Any:
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                return answer["result"]

    def _receive(self) -> Any:
        while b"\0" not in self._buffer:
            left_s = max(0.0, self._until_s - time.monotonic())
            ready, _, _ = select.select([self._from], [], [], left_s)
            assert ready, f"Chromium did not answer within {_WAIT_S} s"
            more = os.read(self._from, 1 << 16)
            assert more, "Chromium ended: " + (self._home / "output").read_text(errors="replace")
            self._buffer += more
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)
