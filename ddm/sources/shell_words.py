"""The words of one command as a POSIX shell takes it apart, with bash's $'...': nothing is ever run.

What a shell would replace (variables, commands) or act on (pipes, several commands) is refused:
nobody could say what it would have been.
"""

from __future__ import annotations

import re

from ddm.errors import UsageError

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    | \\\r?\n
    | (?P<plain>[^ \t\r\n'"\\$`;&|<>()]+)
    | '(?P<single>[^']*)'
    | \$'(?P<ansi>(?:[^'\\]|\\.)*)'
    | "(?P<double>(?:[^"\\]|\\.)*)"
    | \\(?P<escaped>.)""",
    re.DOTALL | re.VERBOSE,
)
_PAIR = re.compile(r"\\.", re.DOTALL)
_REPLACED = re.compile(r"`|\$[A-Za-z0-9_{(@*#?!$-]")
# In double quotes a backslash is one unless it stands before these (POSIX.1-2017, XCU 2.2.3).
_ESCAPED_IN_DOUBLE = re.compile(r'\\(?:\r?\n|([$`"\\]))')
_ESCAPED_IN_ANSI_C = re.compile(
    r"\\(?:([0-7]{1,3})|(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8}))|(.))",
    re.DOTALL,
)
_LETTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))


def split(text: str) -> list[str]:
    """The words. Raises UsageError, without any of the text: there may be secrets in it."""
    words: list[list[str]] = []
    at, ended = 0, True
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _refusal(text[at : at + 2])
        at = match.end()
        kind = match.lastgroup
        if kind == "space":
            ended = True
        elif kind is not None:
            if ended:
                words.append([])
                ended = False
            words[-1].append(_meant(kind, match[kind]))
    return ["".join(pieces) for pieces in words]


def _refusal(signs: str) -> UsageError:
    if signs[0] in "'\"\\" or signs == "$'":
        return UsageError("a quote is never closed; paste the whole command")
    if signs[0] in "$`":
        return UsageError("a shell would replace something in it; write what it stands for")
    return UsageError(
        f'there is a "{signs[0]}" outside of quotes; paste one command alone, with its URL in quotes'
    )


def _meant(kind: str, inside: str) -> str:
    """What a piece of a word stands for."""
    if kind == "ansi":
        return _joined_surrogates(_ESCAPED_IN_ANSI_C.sub(_ansi_c, inside))
    if kind == "double":
        if _REPLACED.search(_PAIR.sub("", inside)):
            raise _refusal("$")
        return _ESCAPED_IN_DOUBLE.sub(lambda match: match[1] or "", inside)
    return inside


def _ansi_c(match: re.Match[str]) -> str:
    octal, *hexadecimal, letter = match.groups()
    if octal is not None:
        return chr(int(octal, 8) & 0xFF)
    if letter is not None:
        return _LETTERS.get(letter, match[0])
    code = int(next(digits for digits in hexadecimal if digits is not None), 16)
    if code > 0x10FFFF:
        raise UsageError("there is an escape in it that is no character")
    return chr(code)


def _joined_surrogates(text: str) -> str:
    r"""Browsers write \ud83d\ude00 for one character; what is only half of one stays."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
