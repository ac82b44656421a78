"""The words of one command as Windows takes it apart: first cmd.exe, then the program's own runtime."""

from __future__ import annotations

import re

from ddm.errors import UsageError

_SIGN = re.compile(r'\^(?:\r?\n)?(\r?\n|.)?|"|[&|<>]', re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    | "(?P<quoted>(?:[^"\\]|\\.|"")*)"
    | \\(?P<escaped>")
    | (?P<plain>[^ \t\r\n"\\]+|\\)""",
    re.DOTALL | re.VERBOSE,
)
# Browsers double every backslash, and write "" or \" for a quote.
_ESCAPED = re.compile(r'\\([\\"])|"(")')


def split(text: str) -> list[str]:
    """The words. Raises UsageError, without any of the text: there may be secrets in it."""
    text = _without_carets(text)
    words: list[list[str]] = []
    at, ended = 0, True
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise UsageError("a quote is never closed; paste the whole command")
        at = match.end()
        kind = match.lastgroup or ""
        if kind == "space":
            ended = True
            continue
        if ended:
            words.append([])
            ended = False
        words[-1].append(_unescaped(match[kind]) if kind == "quoted" else match[kind])
    return ["".join(pieces) for pieces in words]


def _without_carets(text: str) -> str:
    """What cmd.exe hands on: outside of its quotes a caret takes the next sign as it is."""
    pieces = []
    at, quoted = 0, False
    while match := _SIGN.search(text, at):
        pieces.append(text[at : match.start()])
        sign = match[0]
        at = match.end()
        if sign == '"':
            quoted = not quoted
        elif sign[0] == "^" and quoted:
            at = match.start() + 1
            sign = "^"
        elif sign[0] == "^":
            sign = match[1] or ""
        elif not quoted:
            raise UsageError(
                f'there is a "{sign}" outside of quotes; paste one command alone, with its URL in quotes'
            )
        pieces.append(sign)
    return "".join(pieces) + text[at:]


def _unescaped(inside: str) -> str:
    return _ESCAPED.sub(lambda match: match[1] or match[2], inside)
