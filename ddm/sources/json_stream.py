"""JSON of any length, pulled value by value in little memory.

The caller walks down to what it wants (`members`, `items`), takes a copy of it (`copy`) and lets
everything else go by (`skip`). Strings longer than `STRING_BYTES_MAX` are never held: a copy has ""
in their place. Regular expressions do the running, so what goes by costs a few nanoseconds a byte.

The copies are whole JSON only if their source was; whoever decodes them finds out. Of what is
skipped only quotes and brackets are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ddm.errors import UsageError

# A page's body is one string. A URL may have 64 KiB (`http.url`), a field less; some of it may be escaped.
STRING_BYTES_MAX = 128 * 1024
# Chrome nests the call stacks of scripts, a few dozen deep. The deepest level is not counted if it is short.
DEPTH_MAX = 256
# Browsers cannot make a longer text than 1 GiB; what is longer is something else.
TOTAL_BYTES_MAX = 4 << 30

_CHUNK_BYTES = 256 * 1024
_BOM = b"\xef\xbb\xbf"
_QUOTE = ord('"')
_CLOSER = {ord("{"): ord("}"), ord("["): ord("]")}

_SPACE = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb"[-+.0-9A-Za-z]*+")
# The inside of a string up to its quote, an escape that is cut in two, or the end of what was read.
_INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
# What may stand in a container: strings that are surely short enough, whole containers of nothing deeper. An atomic
# group, no possessive repeat: before Python 3.11.5 that went on where what it repeats had failed half-way
# (CPython's issue 106052). A repeat that may fail needs memory for each round, so it has a bound.
_SHORT = rb'[^"{}\[\]]++|"[^"\\]{0,1000}+(?:\\.[^"\\]{0,1000}+){0,100}+"'
_RUN = rb"(?>(?:%b){0,1000})" % _SHORT
_FLAT = re.compile(rb"(?:%b|\{%b\}|\[%b\]){0,1000}" % (_SHORT, _RUN, _RUN), re.DOTALL)


class BrokenJSONError(UsageError):
    """A text is no JSON, or nothing that is worth reading. The sentence names the byte."""


class JSONStream:
    """One JSON text. Every method raises BrokenJSONError where it is none.

    read: up to so many bytes, none at the end, as a binary file has it.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._read_bytes = 0
        self._text = b""
        self._at = 0
        while len(self._text) < len(_BOM) and self._more():
            pass
        if self._text.startswith(_BOM):
            self._at = len(_BOM)

    @property
    def offset(self) -> int:
        """How many bytes went by."""
        return self._read_bytes - len(self._text) + self._at

    def members(self) -> Iterator[str]:
        """The keys of the object that comes now, as they are written: without looking at their escapes.

        The caller takes or skips the value after each.
        """
        self._expect(b"{")
        if self._next() == ord("}"):
            self._at += 1
            return
        while True:
            if self._next() != _QUOTE:
                raise self.broken("a key is missing")
            key = self._string().decode("utf-8", "replace")[1:-1]
            self._expect(b":")
            yield key
            if self._expect(b",}") == ord("}"):
                return

    def items(self) -> Iterator[int]:
        """The offset of each value of the array that comes now. The caller takes or skips it."""
        self._expect(b"[")
        if self._next() == ord("]"):
            self._at += 1
            return
        while True:
            self._next()
            yield self.offset
            if self._expect(b",]") == ord("]"):
                return

    def skip(self) -> None:
        """Let the value that comes now go by."""
        self._value(None)

    def copy(self, bytes_max: int) -> bytes | None:
        """The value that comes now, long strings replaced by ""; None if that is more than `bytes_max`."""
        kept = _Kept(bytes_max)
        self._value(kept)
        return kept.whole()

    def broken(self, what: str, offset: int | None = None) -> BrokenJSONError:
        """The error for something wrong, here or at another byte."""
        at = self.offset if offset is None else offset
        return BrokenJSONError(f"at byte {at} {what}")

    # -- one value ---------------------------------------------------------------------------------

    def _value(self, kept: _Kept | None) -> None:
        first = self._next()
        if first == _QUOTE:
            self._take_string(kept)
        elif first in _CLOSER:
            self._container(kept)
        else:
            self._scalar(kept)

    def _container(self, kept: _Kept | None) -> None:
        closers = bytearray()
        while True:
            byte = self._byte()
            if byte == _QUOTE:
                self._take_string(kept)
            elif byte in _CLOSER:
                closers.append(_CLOSER[byte])
                if len(closers) > DEPTH_MAX:
                    raise self.broken(f"it is nested more than {DEPTH_MAX} deep")
                self._take_byte(kept)
            elif byte in _CLOSER.values():
                if byte != closers.pop():
                    raise self.broken("the wrong bracket is closed")
                self._take_byte(kept)
                if not closers:
                    return
            self._take(_FLAT, kept)

    def _scalar(self, kept: _Kept | None) -> None:
        """A number, true, false or null. It may be cut in two by the end of what was read."""
        length = 0
        while True:
            length += self._take(_SCALAR, kept)
            if self._at < len(self._text) or not self._more():
                break
        if not length:
            raise self.broken("a value is missing")

    def _take(self, run: re.Pattern[bytes], kept: _Kept | None) -> int:
        """Let a run of what was read go by; its length."""
        match = run.match(self._text, self._at)
        length = match.end() - self._at if match else 0
        if kept is not None:
            kept.add(self._text[self._at : self._at + length])
        self._at += length
        return length

    def _take_byte(self, kept: _Kept | None) -> None:
        if kept is not None:
            kept.add(self._text[self._at : self._at + 1])
        self._at += 1

    def _take_string(self, kept: _Kept | None) -> None:
        string = self._string()
        if kept is not None:
            kept.add(string)

    def _string(self) -> bytes:
        """The string that comes now, with its quotes; "" for one that is too long."""
        self._at += 1
        stop = self._text.find(b'"', self._at, self._at + STRING_BYTES_MAX)
        if stop >= 0 and self._text.find(b"\\", self._at, stop) < 0:  # many times as fast
            start, self._at = self._at - 1, stop + 1
            return self._text[start : self._at]
        inside = _Kept(STRING_BYTES_MAX)
        while True:
            self._take(_INSIDE, inside)
            if self._text[self._at : self._at + 1] == b'"':
                self._at += 1
                return b'"%b"' % (inside.whole() or b"")
            self._need()

    # -- what was read -----------------------------------------------------------------------------

    def _expect(self, wanted: bytes) -> int:
        """Take one of these bytes, after space."""
        byte = self._next()
        if byte not in wanted:
            signs = " or ".join(f'"{chr(sign)}"' for sign in wanted)
            raise self.broken(f"{signs} is missing")
        self._at += 1
        return byte

    def _next(self) -> int:
        """The next byte that is no space; it stays."""
        while True:
            self._take(_SPACE, None)
            if self._at < len(self._text):
                return self._text[self._at]
            self._need()

    def _byte(self) -> int:
        """The next byte; it stays."""
        if self._at == len(self._text):
            self._need()
        return self._text[self._at]

    def _need(self) -> None:
        if not self._more():
            self._at = len(self._text)
            raise self.broken("it ends in the middle")

    def _more(self) -> bool:
        """Read on, and drop what went by; whether there was more."""
        chunk = self._read(_CHUNK_BYTES)
        self._text = self._text[self._at :] + chunk
        self._at = 0
        self._read_bytes += len(chunk)
        if self._read_bytes > TOTAL_BYTES_MAX:
            raise self.broken("it is still not at its end")
        return bool(chunk)


class _Kept:
    """Bytes that are kept up to a bound, and dropped beyond it."""

    def __init__(self, bytes_max: int) -> None:
        self._parts: list[bytes] = []
        self._room = bytes_max

    def add(self, part: bytes) -> None:
        self._room -= len(part)
        if self._room < 0:
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def whole(self) -> bytes | None:
        """What was kept, None if it was more than the bound."""
        return b"".join(self._parts) if self._room >= 0 else None
