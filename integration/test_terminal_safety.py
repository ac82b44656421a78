"""What a hostile server says never reaches a terminal, the log or JSON as it came."""

import json
from pathlib import Path

import pytest

from ddm.redact import UNSAFE
from integration.servers.behaviours import Honest, Plain, Status, redirect
from integration.servers.scripted import Reply, Request
from integration.terminal import on_a_terminal

# Escapes that clear the screen, set a title, answer in the user's name; a bell, a C1 escape, a
# carriage return; marks that turn text around or hide it.
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x1b[6n\x9b31m\rgone\x08\x7f"
BIDI = "\u202egnp.\u2066exe\u200b\u2028"
FEW_TRIES = "[retry]\nmax_attempts = 2\nbase_delay_secs = 0.01\n"


class Raw(Plain):
    """An answer of these very bytes, then the end."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def answer(self, request: Request, reply: Reply) -> None:
        """The bytes."""
        reply.raw(self._answer)
        reply.close()


def named(field: bytes) -> Raw:
    """A file of one byte with this Content-Disposition."""
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: 1", b"Content-Disposition: " + field, b"", b"x"]
    return Raw(b"\r\n".join(lines))


def latin(text: str) -> str:
    """UTF-8 bytes as the scripted server's fields take them."""
    return text.encode().decode("latin-1")


NAMES = {
    "escapes": b'attachment; filename="a' + ESCAPES.encode() + b'.txt"',
    "escapes in percent": b"attachment; filename*=UTF-8''a%1b%5b2J%07%0a%0d%c2%9b.txt",
    "bidi": b'attachment; filename="a' + BIDI.encode() + b'.txt"',
    "bidi in percent": b"attachment; filename*=UTF-8''a%e2%80%aegnp.exe",
    "newline in quotes": b'attachment; filename="a\\\n\x1b[2J.txt"',
    "a folded line": b'attachment; filename="a\r\n \x1b[2Jb.txt"',
    "a percent-coded NUL": b'attachment; filename="a%00%1b[2J.txt"',
    "a C1 byte": b'attachment; filename="a\x9b31m\x85.txt"',
}
SAYINGS = {
    "reason": Raw(f"HTTP/1.1 404 {ESCAPES}{BIDI}\r\nContent-Length: 0\r\n\r\n".encode()),
    "status": Raw(f"HTTP/1.1 {ESCAPES} 4\r\nContent-Length: 0\r\n\r\n".encode()),
    "unknown status": Raw(f"HTTP/1.1 799 {ESCAPES}\r\nContent-Length: 0\r\n\r\n".encode()),
    "field name": Raw(f"HTTP/1.1 200 OK\r\nX{ESCAPES}{BIDI}\r\n\r\nx".encode()),
    "length": Raw(f"HTTP/1.1 200 OK\r\nContent-Length: {ESCAPES}{BIDI}\r\n\r\nx".encode()),
    "coding": Raw(
        f"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Encoding: {ESCAPES}{BIDI}\r\n\r\nx".encode()
    ),
    "content range": Raw(
        f"HTTP/1.1 206 P\r\nContent-Range: bytes {ESCAPES}{BIDI}\r\n\r\nx".encode()
    ),
    "unsatisfied": Raw(
        f"HTTP/1.1 416 R\r\nContent-Range: bytes */{ESCAPES}\r\nContent-Length: 0\r\n\r\n".encode()
    ),
    "retry after": Raw(
        f"HTTP/1.1 503 S\r\nRetry-After: {ESCAPES}{BIDI}\r\nContent-Length: 0\r\n\r\n".encode()
    ),
    "body of an error": Status(403, body=(ESCAPES + BIDI).encode()),
    "location": redirect(latin(f"/next{ESCAPES}{BIDI}")),
    "location's scheme": redirect(latin(f"{ESCAPES}{BIDI}:x")),
    "location's host": redirect(latin(f"http://{BIDI}{ESCAPES}/x")),
    "location's userinfo": redirect(latin(f"http://{ESCAPES}@127.0.0.1:1/x")),
    "location to itself": redirect("/a.bin?%1b[2J"),
}


def raw_bytes(text: str) -> list[str]:
    """What of a text a terminal would obey or show otherwise; our own line ends are none of it."""
    return UNSAFE.findall(text.replace("\n", ""))


def said(ddm, ended) -> dict[str, str]:
    """Everything that the user may come to see, by where."""
    jobs = ddm("status", "--json")
    log = Path(ddm.environment["XDG_STATE_HOME"], "ddm", "ddm.log").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    return {
        "stdout": ended.out,
        "stderr": ended.err,
        "status": ddm("status").out,
        "the JSON": jobs.out,
        "the JSON read": "\n".join(texts(json.loads(jobs.out))),
        "the log": log,
        "the log read": "\n".join(texts(lines)),
    }


def texts(value: object) -> list[str]:
    """Every text in a value of JSON, each without line ends of its own."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value.replace("\n", "\x00")] if isinstance(value, str) else []


@pytest.mark.parametrize("field", NAMES.values(), ids=NAMES)
def test_a_name_from_the_server_is_never_shown_raw_and_is_a_clean_name(
    ddm, scripted, download_dir, field
):
    ended = ddm("get", scripted.add("/a", named(field)))

    assert ended.code in {0, 22}, ended.err
    assert {
        where: bad for where, text in said(ddm, ended).items() if (bad := raw_bytes(text))
    } == {}
    assert [path.name for path in download_dir.iterdir() if raw_bytes(path.name)] == []


@pytest.mark.parametrize("behaviour", SAYINGS.values(), ids=SAYINGS)
def test_what_a_server_says_is_never_shown_raw(ddm, scripted, behaviour):
    ddm.configure(FEW_TRIES)

    ended = ddm("get", scripted.add("/a.bin", behaviour))

    assert ended.code != 0 or behaviour is SAYINGS["field name"], ended
    assert "Traceback" not in ended.err
    assert {
        where: bad for where, text in said(ddm, ended).items() if (bad := raw_bytes(text))
    } == {}


@pytest.mark.parametrize(
    "behaviour",
    [
        Honest(
            b"x" * (512 << 10),
            bytes_per_s=512 << 10,  # slow enough for some frames
            fields=(
                ("Content-Disposition", latin(f'attachment; filename="a{ESCAPES}{BIDI}.txt"')),
            ),
        ),
        redirect(latin(f"{ESCAPES}{BIDI}:x")),
    ],
    ids=["name", "location"],
)
def test_a_terminal_gets_no_escape_but_those_of_the_progress(ddm, scripted, behaviour):
    written = on_a_terminal(ddm, "get", scripted.add("/a", behaviour))

    assert written
    hostile = ("\x1b[2J", "\x1b]", "\x1b[6n", "\x07", "\x9b", "\x08", "\x7f", *BIDI[0::5], "\u2066")
    assert [text for text in hostile if text in written] == []
