"""One row tried on one program: its run, and everything that must hold of it."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from integration.hostile.row import Row
from integration.hostile.scene import Scene
from integration.hostile.server import HostileServer

LIMIT_S = 20.0
RSS_BYTES_MAX = 150 << 20
PASSWORD, API_KEY, COOKIE = "pa55-0f-the-user", "k3y-0f-the-user", "c00kie-0f-the-user"
_BASIC = "dXNlcjpwYTU1LTBmLXRoZS11c2Vy"  # user:PASSWORD in Base64
SECRETS = (PASSWORD, API_KEY, COOKIE, _BASIC)
_MEASURED = Path(__file__).with_name("measured.py")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

# (row, url, directory, run) -> the command's words
Command = Callable[[Row, str, Path, int], list[str]]


@dataclass
class Trial:
    """How it went. files: what is in the directory now, and was not before."""

    row: Row
    code: int
    codes: list[int]
    hung: bool
    rss_bytes: int
    took_s: float
    out: str
    err: str
    scene: Scene
    directory: Path
    files: dict[str, Path] = field(default_factory=dict)
    disturbed: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether there is one new file, with exactly the right bytes."""
        return len(self.final) == 1 and all(map(self.is_right, self.final.values()))

    @property
    def final(self) -> dict[str, Path]:
        """The new files that are not what programs keep beside an unfinished one."""
        beside = (".part", ".st", ".aria2")
        return {
            name: path
            for name, path in self.files.items()
            if name == self.row.name or not name.endswith(beside)
        }

    def is_right(self, path: Path) -> bool:
        """Whether a file holds exactly the bytes that the server has."""
        return path.is_file() and path.read_bytes() == self.scene.content(self.row.whole)

    @property
    def leaks(self) -> list[str]:
        """Requests that told a secret where it was not meant for."""
        home = self.row.origin
        return [
            f"{one.origin} {one.method} {one.target}"
            for one in self.scene.log
            if one.origin != home
            for told in [" ".join([one.target, *(value for _, value in one.headers)])]
            if any(secret in told for secret in SECRETS)
        ]

    @property
    def said(self) -> str:
        """For the message of a test that failed."""
        asked = "\n".join(
            f"  {one.connection} {one.origin} {one.method} {one.target[:80]} "
            f"{dict(one.headers).get('range', '')}"
            for one in self.scene.log[:40]
        )
        return f"{self.row.what}\nexit {self.codes}\n{self.out}\n{self.err}\n{asked}"


def run(row: Row, command: Command, place: Path, environment: dict[str, str], tls: TLS) -> Trial:
    """Try a row in a directory of its own."""
    directory = place / "in" / "downloads"
    directory.mkdir(parents=True)
    if row.prepare:
        row.prepare(directory)
    before = _tree(place)
    variables = environment | dict(row.environment)
    if row.trusted:
        variables |= {"CURL_CA_BUNDLE": str(tls.certificate), "SSL_CERT_FILE": str(tls.certificate)}
    with HostileServer(row, tls.context) as server:
        url = _url(row, server.scene)
        ended: list[Trial] = []
        for number in range(1, 2 + (row.again is not None)):
            server.scene.run = number
            words = command(row, url, directory, number)
            ended.append(_measured(row, words, place, variables, server.scene))
    trial = ended[-1]
    trial.codes = [one.code for one in ended]
    after = _tree(place)
    trial.files = {
        str(path.relative_to(directory)): path
        for path in after.keys() - before.keys()
        if path.is_relative_to(directory)
    }
    strangers = after.keys() - before.keys() - set(trial.files.values())
    trial.disturbed = [str(path) for path in strangers]
    trial.disturbed += [str(path) for path in before if after.get(path) != before[path]]
    return trial


@dataclass
class TLS:
    """What the "tls" origin shows, and the file that makes it trusted."""

    certificate: Path
    context: ssl.SSLContext

    @classmethod
    def make(cls, directory: Path) -> TLS:
        """A certificate for 127.0.0.1, of our own."""
        certificate, key = directory / "cert.pem", directory / "key.pem"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=hostile"),
                *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
                *("-addext", "subjectAltName=IP:127.0.0.1"),
                *("-keyout", key, "-out", certificate),
            ],
            check=True,
            capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return cls(certificate, context)


def _url(row: Row, scene: Scene) -> str:
    path, plain, tls = row.path, scene.urls["first"], scene.urls["tls"]
    odd = {
        "tls-by-name": tls.replace("127.0.0.1", "localhost"),
        "first-as-tls": plain.replace("http:", "https:"),
        "tls-as-plain": tls.replace("https:", "http:"),
    }
    for origin, base in (scene.urls | odd).items():
        path = path.replace("{" + origin + "}", base)
    url = path if "://" in path else scene.urls[row.origin] + path
    return url.replace("://", f"://user:{PASSWORD}@", 1) if row.secret else url


def _measured(
    row: Row, words: list[str], place: Path, environment: dict[str, str], scene: Scene
) -> Trial:
    report, out, err = (place / name for name in ("report", "stdout", "stderr"))
    with out.open("wb") as stdout, err.open("wb") as stderr:
        subprocess.run(
            [sys.executable, "-I", "-S", _MEASURED, str(LIMIT_S), report, *words],
            cwd=place / "in" / "downloads",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            check=True,
        )
    code, hung, rss_bytes, took_s = report.read_text().split()
    said = [path.read_bytes().decode("utf-8", "replace") for path in (out, err)]
    for path in (report, out, err):
        path.unlink()
    return Trial(
        row,
        int(code),
        [],
        hung == "1",
        int(rss_bytes),
        float(took_s),
        *said,
        scene=scene,
        directory=place / "in" / "downloads",
    )


def problems(trial: Trial) -> list[str]:
    """What does not hold of a run of DDM; nothing is as it should be."""
    row, found = trial.row, []
    if trial.code not in row.codes:
        found.append(f"exit {trial.code} instead of {row.codes}")
    if len(trial.codes) > 1 and trial.codes[0] == 0:
        found.append("the first run did not fail")
    if trial.code == 0 and not trial.whole:
        found.append(f"exit 0, but not the right file: {sorted(trial.files)}")
    if trial.code != 0 and trial.final:
        found.append(f"a file under a final name: {sorted(trial.final)}")
    if trial.code == 0 and row.name is not None and row.name not in trial.files:
        found.append(f"called {sorted(trial.files)} instead of {row.name!r}")
    if trial.code == 0 and len(trial.final) != len(trial.files):
        found.append("a part file is left")
    return found + _manners(trial)


def _manners(trial: Trial) -> list[str]:
    found, said = [], trial.out + trial.err
    if trial.hung:
        found.append(f"it hangs: not done after {LIMIT_S:.0f} s")
    if trial.disturbed:
        found.append(f"it touched {trial.disturbed}")
    if trial.leaks:
        found.append(f"secrets at another origin: {trial.leaks[0]}")
    if any(secret in said for secret in SECRETS):
        found.append("a secret was printed")
    if _CONTROL.search(said):
        found.append("a control character was printed")
    if "Traceback" in said or "a bug in DDM" in said:
        found.append("a traceback was printed")
    if len(trial.scene.log) > trial.row.requests_max:
        found.append(f"{len(trial.scene.log)} requests")
    if trial.rss_bytes > RSS_BYTES_MAX:
        found.append(f"{trial.rss_bytes >> 20} MiB of memory")
    if trial.scene.connections < trial.row.least_connections:
        found.append(f"{trial.scene.connections} connections only")
    return found


def _tree(place: Path) -> dict[Path, object]:
    """Every file below, but for what the program keeps for itself, and what it holds."""
    found: dict[Path, object] = {}
    for path in place.rglob("*"):
        if path.relative_to(place).parts[0] != "home":
            held = path.read_bytes() if path.is_file() and not path.is_symlink() else None
            found[path] = path.readlink() if path.is_symlink() else held
    return found


def clear(trial: Trial) -> None:
    """Remove what the run left behind."""
    shutil.rmtree(trial.directory.parent.parent)
