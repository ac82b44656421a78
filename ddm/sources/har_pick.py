"""Which of a HAR's entries are fetched.

A redirect is followed to the entry that has the file, within the HAR and in the order in which it
happened: a site may send a browser away from a URL and back to the same one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from ddm import redact
from ddm.errors import UsageError
from ddm.limits import REDIRECTS_MAX
from ddm.sources.har import Entry

LARGEST, ALL = "largest", "all"

_URL_CHARS_MAX = 200
# What pages are made of: fetched by them, rarely what somebody came for.
_OF_A_PAGE = re.compile(
    r"(image|font)/.*|text/(html|css|javascript|event-stream)|application/(.*\+)?json"
    r"|application/(x-)?(javascript|font-.*)|application/(xhtml\+xml|wasm)"
)


class Wish(Struct, frozen=True):
    """What to choose: all that match the pattern, else by the word; "" is what a user came for."""

    word: str = ""
    pattern: re.Pattern[str] | None = None

    @classmethod
    def parse(cls, text: str | None) -> Wish:
        """The value of --pick. Raises UsageError."""
        if text in (None, "", LARGEST, ALL):
            return cls(word=text or "")
        try:
            return cls(pattern=re.compile(text or ""))
        except (re.error, OverflowError, RecursionError) as error:
            raise UsageError(
                f"--pick wants a regular expression, {LARGEST} or {ALL}: {error}"
            ) from None


class Picked(Struct, frozen=True):
    """The entries to fetch, one for each URL; and a sentence for each redirect that leads to none."""

    entries: tuple[Entry, ...]
    astray: tuple[str, ...] = ()


def pick(entries: Sequence[Entry], wish: Wish) -> Picked:
    """What the wish chooses. Raises UsageError if that is nothing."""
    files = _files(entries)
    if wish.pattern is not None:
        return _matching(entries, files, wish.pattern)
    if not files:
        raise UsageError(_nothing(_Chains(entries).all_astray()))
    if wish.word == ALL:
        return Picked(tuple(files.values()), _Chains(entries).all_astray())
    rank = _size if wish.word == LARGEST else _likely
    return Picked((max(reversed(files.values()), key=rank),))


def _matching(
    entries: Sequence[Entry], files: dict[str, Entry], pattern: re.Pattern[str]
) -> Picked:
    chains = _Chains(entries)
    found: dict[str, Entry] = {}
    astray: dict[str, None] = {}
    for index, entry in enumerate(entries):
        if pattern.search(entry.url):
            end = chains.follow(index)
            if isinstance(end, str):
                astray[end] = None
            else:
                found[end.url] = files[end.url]
    if not found and astray:
        raise UsageError(_nothing(tuple(astray)))
    if not found:
        raise UsageError("no entry that could be fetched has a URL that matches --pick")
    return Picked(tuple(found.values()), tuple(astray))


def _nothing(astray: tuple[str, ...]) -> str:
    if not astray:
        return "there is no entry that could be fetched; record until the download has begun"
    return f"{astray[0]}; record until the download has begun, or give its URL to `ddm add`"


def _files(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The entries that have a file, by URL. The last one's fields are the freshest; a part of the file is less."""
    files: dict[str, Entry] = {}
    for entry in entries:
        if entry.target is None:
            before = files.pop(entry.url, entry)
            files[entry.url] = replace(
                entry,
                size_bytes=max(before.size_bytes, entry.size_bytes),
                attachment=before.attachment or entry.attachment,
            )
    return files


def _size(entry: Entry) -> int:
    return entry.size_bytes


def _likely(entry: Entry) -> tuple[bool, bool, int]:
    """The largest attachment, else the largest that is no part of a page, else the largest."""
    of_a_page = _OF_A_PAGE.fullmatch(entry.media_type) is not None
    return entry.attachment, entry.attachment or not of_a_page, entry.size_bytes


class _Chains:
    """The redirects among some entries."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._by_url: defaultdict[str, list[int]] = defaultdict(list)
        for index, entry in enumerate(entries):
            self._by_url[entry.url].append(index)

    def follow(self, index: int) -> Entry | str:
        """The entry that has the file, from this one on; or a sentence, why there is none."""
        start = shown_url(self._entries[index].url)
        seen = {index}
        while (target := self._entries[index].target) is not None:
            if len(seen) > REDIRECTS_MAX:
                return f"{start} redirects more than {REDIRECTS_MAX} times"
            if target not in self._by_url:
                return f"{start} redirects to {shown_url(target)}, which no entry has a file of"
            following = self._next(target, index, seen)
            if following is None:
                return f"{start} redirects in a loop, by way of {shown_url(target)}"
            index = following
            seen.add(index)
        return self._entries[index]

    def all_astray(self) -> tuple[str, ...]:
        """The sentences of all redirects that lead to no file, each once."""
        redirects = (index for index, entry in enumerate(self._entries) if entry.target)
        return tuple(
            dict.fromkeys(end for end in map(self.follow, redirects) if isinstance(end, str))
        )

    def _next(self, url: str, index: int, seen: set[int]) -> int | None:
        """The first entry of that URL after this one, else the first of all; none that was seen."""
        known = self._by_url[url]
        later = bisect_right(known, index)
        enough = len(seen) + 1  # so few need to be looked at to find one that was not seen
        candidates = chain(known[later : later + enough], known[:enough])
        return next((each for each in candidates if each not in seen), None)


def shown_url(url: str) -> str:
    """A URL as a sentence may hold it."""
    return redact.short(redact.url(url), _URL_CHARS_MAX)
