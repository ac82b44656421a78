"""Small lies, and when they are told: the words that the rows of the table are written in."""

from __future__ import annotations

import math
from collections.abc import Callable

from integration.hostile.wire import Answer, Lie, Visit

When = Callable[[Visit], bool]
Text = str | Callable[[Visit, Answer], str]


# -- when --------------------------------------------------------------------------------------


def when(condition: When, *lies: Lie) -> Lie:
    """These lies where the condition holds."""

    def lie(visit: Visit, answer: Answer) -> None:
        if condition(visit):
            both(*lies)(visit, answer)

    return lie


def both(*lies: Lie) -> Lie:
    """All of these, one after the other."""

    def lie(visit: Visit, answer: Answer) -> None:
        for one in lies:
            one(visit, answer)

    return lie


def either(condition: When, then: Lie, otherwise: Lie) -> Lie:
    """One or the other."""
    return lambda visit, answer: (then if condition(visit) else otherwise)(visit, answer)


def ranged(visit: Visit) -> bool:
    """Range was sent."""
    return visit.range is not None


def plain(visit: Visit) -> bool:
    """Range was not sent."""
    return visit.range is None


def later(visit: Visit) -> bool:
    """A range that does not begin with the first byte."""
    return visit.range is not None and visit.range[0] > 0


def beyond_half(visit: Visit) -> bool:
    """A range in the second half."""
    return visit.range is not None and visit.range[0] >= visit.scene.size // 2


def at_other(visit: Visit) -> bool:
    """At the other origin."""
    return visit.origin == "other"


def first_run(visit: Visit) -> bool:
    """In the first run of the command."""
    return visit.scene.run == 1


def asks(path: str) -> When:
    """For this path, whatever the query."""
    return lambda visit: visit.target.partition("?")[0] == path


def times(count: int, condition: When = lambda _: True) -> When:
    """The first so many times that the condition holds."""
    key = object()
    return lambda visit: condition(visit) and visit.scene.count(key) <= count


def after(count: int, condition: When = lambda _: True) -> When:
    """From then on."""
    key = object()
    return lambda visit: condition(visit) and visit.scene.count(key) > count


def every(nth: int, condition: When = lambda _: True) -> When:
    """Every nth time that the condition holds."""
    key = object()
    return lambda visit: condition(visit) and visit.scene.count(key) % nth == 0


def crowded(most: int) -> When:
    """More than so many requests at once."""
    return lambda visit: visit.scene.active > most


def no(condition: When) -> When:
    """The opposite."""
    return lambda visit: not condition(visit)


# -- what --------------------------------------------------------------------------------------


def put(name: str, value: Text) -> Lie:
    """This field, with this value instead of its own."""
    return lambda visit, answer: answer.put(name, _text(value, visit, answer))


def add(name: str, value: Text) -> Lie:
    """This field besides what is there."""
    return lambda visit, answer: answer.fields.append((name, _text(value, visit, answer)))


def drop(*names: str) -> Lie:
    """Without these fields."""

    def lie(_: Visit, answer: Answer) -> None:
        for name in names:
            answer.drop(name)

    return lie


def status(code: int, *fields: tuple[str, str], body: bytes = b"no\n") -> Lie:
    """Another answer: a status and a short body."""
    return lambda _, answer: answer.become(code, body, *fields)


def having(**changes: object) -> Lie:
    """An answer with other attributes, such as `end` or `keep`."""

    def lie(_: Visit, answer: Answer) -> None:
        for name, value in changes.items():
            if not hasattr(answer, name):
                raise AttributeError(name)
            setattr(answer, name, value)

    return lie


def ignore_range(visit: Visit, answer: Answer) -> None:
    """200 with all of the file."""
    content = visit.scene.content()
    kept = [pair for pair in answer.fields if pair[0] not in ("Content-Range", "Content-Length")]
    answer.status, answer.body, answer.first = 200, content, 0
    answer.fields = [*kept, ("Content-Length", str(len(content)))]


def replaced(
    *, etag: str | None = None, date: str | None = None, size: int | None = None, new: bool = True
) -> Lie:
    """Another file has taken this one's place; honest about that."""

    def lie(visit: Visit, answer: Answer) -> None:
        content = visit.scene.content("new" if new else "old", size)
        visit.take(visit.honest(content, etag=etag, date=date), answer)

    return lie


def chunked(chunk_bytes: int = 16 << 10, *, extension: bytes = b"", end: bytes = b"\r\n") -> Lie:
    """Chunked framing (RFC 9112 section 7.1)."""

    def lie(_: Visit, answer: Answer) -> None:
        answer.drop("Content-Length")
        answer.put("Transfer-Encoding", "chunked")
        parts = [
            answer.body[at : at + chunk_bytes] for at in range(0, len(answer.body), chunk_bytes)
        ]
        coded = b"".join(b"%x%b\r\n%b\r\n" % (len(part), extension, part) for part in parts)
        answer.body = coded + b"0\r\n" + end

    return lie


def cut(share: float = 0.5, end: str = "close") -> Lie:
    """The body ends after this share of it."""

    def lie(_: Visit, answer: Answer) -> None:
        answer.keep, answer.end = math.ceil(len(answer.body) * share), end

    return lie


def cut_at(offset: int, end: str = "reset") -> Lie:
    """No byte of the file from this offset on is sent."""

    def lie(_: Visit, answer: Answer) -> None:
        room = offset - answer.first
        if room < len(answer.body):
            answer.keep, answer.end = max(0, room), end

    return lie


def flipped(_: Visit, answer: Answer) -> None:
    """One bit is wrong."""
    if answer.body:
        answer.body = bytes([answer.body[0] ^ 1]) + answer.body[1:]


def _text(value: Text, visit: Visit, answer: Answer) -> str:
    if not isinstance(value, str):
        return value(visit, answer)
    for name, url in visit.scene.urls.items():
        value = value.replace("{" + name + "}", url)
    return value.replace("{port}", visit.scene.urls["other"].rpartition(":")[2])
