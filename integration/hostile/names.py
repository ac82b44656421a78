"""Names: where a file may go and what it may be called, whatever the server says (RFC 6266, RFC 8187)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from integration.hostile.lies import put
from integration.hostile.row import SMALL, Row

_BODY = b"what was there before\n"


def _row(identity: str, what: str, field: str, name: str | None, **more: object) -> Row:
    """A Content-Disposition, and the name that has to come of it."""
    lie = put("Content-Disposition", field)
    settings: dict[str, object] = {"size": SMALL, "path": "/download", "lie": lie, "name": name}
    return Row(id=identity, what=what, **(settings | more))  # type: ignore[arg-type]


def _quoted(identity: str, what: str, wished: str, name: str | None) -> Row:
    return _row(identity, what, f'attachment; filename="{wished}"', name)


def _extended(identity: str, what: str, wished: str, name: str | None) -> Row:
    return _row(identity, what, f"attachment; filename*=UTF-8''{wished}", name)


def _path(identity: str, what: str, path: str, name: str | None) -> Row:
    return Row(id=identity, what=what, path=path, name=name, size=SMALL)


def _there(
    identity: str, what: str, prepare: Callable[[Path], None], name: str, **more: object
) -> Row:
    settings: dict[str, object] = {"size": SMALL, "prepare": prepare, "name": name}
    return Row(id=identity, what=what, **(settings | more))  # type: ignore[arg-type]


def _file(name: str) -> Callable[[Path], None]:
    return lambda directory: _write(directory / name)


def _write(path: Path) -> None:
    path.write_bytes(_BODY)


def _link(name: str) -> Callable[[Path], None]:
    """A symlink to a file outside."""

    def prepare(directory: Path) -> None:
        _write(directory.parent / "precious")
        (directory / name).symlink_to(directory.parent / "precious")

    return prepare


def _dangling(name: str) -> Callable[[Path], None]:
    """A symlink to where no file is yet."""
    return lambda directory: (directory / name).symlink_to(directory.parent / "planted")


def _both(*prepared: Callable[[Path], None]) -> Callable[[Path], None]:
    def prepare(directory: Path) -> None:
        for one in prepared:
            one(directory)

    return prepare


_EURO = "\u20ac"

# fmt: off
ROWS = (
    _quoted("name-traversal", "../../evil.txt", "../../evil.txt", "evil.txt"),
    _quoted("name-traversal-backslash", "..\\..\\evil.txt", "..\\\\..\\\\evil.txt", "evil.txt"),
    _quoted("name-traversal-percent", "..%2F..%2Fevil.txt in a plain filename",
            "..%2F..%2Fevil.txt", None),
    _quoted("name-traversal-overlong", "an overlong UTF-8 slash", "..\xc0\xaf..\xc0\xafevil.txt",
            None),
    _extended("name-traversal-extended", "the same in filename*", "..%2F..%2Fevil.txt", "evil.txt"),
    _extended("name-traversal-fullwidth", "full-width dots and slashes",
              "%EF%BC%8E%EF%BC%8E%EF%BC%8Fevil.txt", None),
    _quoted("name-absolute", "/etc/evil.txt", "/etc/evil.txt", "evil.txt"),
    _quoted("name-drive", "C:\\evil.txt", "C:\\\\evil.txt", "evil.txt"),
    _quoted("name-home", "~/.ssh/authorized_keys", "~/.ssh/authorized_keys", "authorized_keys"),
    _quoted("name-dots", "..", "..", "download"),
    _quoted("name-dot", ".", ".", "download"),
    _quoted("name-slash", "a name that ends with a slash", "evil/", "download"),
    _quoted("name-empty", "an empty name", "", "download"),
    _quoted("name-spaces", "a name of spaces", "    ", "download"),
    _quoted("name-dotfile", ".bashrc", ".bashrc", "bashrc"),
    _quoted("name-dash", "-rf", "-rf", "rf"),
    _quoted("name-device", "CON", "CON", "_CON"),
    _quoted("name-device-extension", "nul.txt", "nul.txt", "_nul.txt"),
    _quoted("name-trailing-dots", "dots and spaces at the end", "file.txt. . .", "file.txt"),
    _quoted("name-part", "a name that ends with .part", "file.part", "file.part"),
    _quoted("name-long", "4 000 characters", "x" * 4000 + ".tar.gz", None),
    _extended("name-long-utf-8", "900 bytes of three-byte characters", "%E2%82%AC" * 300 + ".txt",
              None),
    _extended("name-nul", "a NUL in the name", "file%00.txt", "file.txt"),
    _extended("name-newline", "line breaks in the name", "fi%0D%0Ale.txt", "file.txt"),
    _extended("name-escapes", "terminal escapes in the name", "%1B%5B31mred%1B%5D0%3Bx%07.txt",
              "[31mred]0;x.txt"),
    _extended("name-c1", "C1 controls in the name", "a%C2%9B31mb.txt", "a31mb.txt"),
    _extended("name-bidi", "characters that turn the text around", "invoice%E2%80%AEtxt.exe",
              "invoicetxt.exe"),
    _extended("name-invisible", "characters that cannot be seen", "a%E2%80%8B%EF%BB%BFb.txt",
              "ab.txt"),
    _extended("name-tags", "tag characters", "a%F3%A0%81%A1b.txt", "ab.txt"),
    _extended("name-nfd", "a letter and its accent apart", "u%CC%88.txt", "\u00fc.txt"),
    _extended("name-combining", "3 000 combining marks", "u" + "%CC%88" * 3000 + ".txt", None),
    _extended("name-bad-utf-8", "bytes that are no UTF-8", "%FF%FE%80.txt", None),
    _extended("name-surrogate", "half a surrogate pair", "a%ED%A0%80b.txt", None),
    _extended("name-emoji", "a character beyond 16 bits", "%F0%9F%98%80.txt", "\U0001f600.txt"),
    _row("name-both", "filename and filename* differ: the latter counts",
         "attachment; filename=\"plain.txt\"; filename*=UTF-8''%E2%82%AC.txt", f"{_EURO}.txt"),
    _row("name-both-other-order", "the same, the other way round",
         "attachment; filename*=UTF-8''%E2%82%AC.txt; filename=\"plain.txt\"", f"{_EURO}.txt"),
    _row("name-bad-extended", "a filename* that makes no sense: filename counts",
         "attachment; filename=\"plain.txt\"; filename*=rot13''cynva.gkg", "plain.txt"),
    _row("name-latin-1", "filename* in ISO-8859-1",
         "attachment; filename*=ISO-8859-1''s%FC%DF.txt", "s\u00fc\u00df.txt"),
    _row("name-quoted-pair", "quoted pairs", 'attachment; filename="a\\"b\\\\c.txt"', None),
    _row("name-unquoted", "no quotes", "attachment; filename=plain.txt", "plain.txt"),
    _row("name-unquoted-spaces", "spaces without quotes", "attachment; filename=a b.txt", "a b.txt"),
    _row("name-open-quote", "a quote that is not closed", 'attachment; filename="a.txt', "a.txt"),
    _row("name-semicolon", "a ; at the end", 'attachment; filename="a.txt";', "a.txt"),
    _row("name-semicolon-inside", "a ; in the name", 'attachment; filename="a;b.txt"', "a;b.txt"),
    _row("name-upper-case", "FILENAME=", 'ATTACHMENT; FILENAME="a.txt"', "a.txt"),
    _row("name-inline", "inline", 'inline; filename="a.txt"', "a.txt"),
    _row("name-no-type", "no type before the name", 'filename="a.txt"', "a.txt"),
    _row("name-twice", "two names", 'attachment; filename="a.txt"; filename="b.txt"', None),
    _row("name-utf-8-raw", "UTF-8 as it is", 'attachment; filename="s\xc3\xbc.txt"', "s\u00fc.txt"),
    _row("name-encoded-word", "an encoded word of mail",
         'attachment; filename="=?UTF-8?B?Li4vZXZpbC50eHQ=?="', None),
    _row("name-many-parameters", "5 000 parameters", "attachment" + "; a=b" * 5000, "download"),
    _row("name-backslashes", "20 000 backslashes", 'attachment; filename="' + "\\" * 20_000 + '"',
         "download"),
    _row("name-no-name", "attachment without a name", "attachment", "download"),
    _path("path-traversal", "the URL's path ends with ..%2F..%2Fevil.bin", "/a/..%2F..%2Fevil.bin",
          "evil.bin"),
    _path("path-dots", "the URL's path ends with %2e%2e", "/a/b/%2e%2e", "download"),
    _path("path-empty", "a path without a name", "/", "download"),
    _path("path-control", "escapes in the URL's path", "/a%1B%5B31m%0Ab.bin", "a[31mb.bin"),
    _path("path-dotfile", "a dotfile in the URL's path", "/.bashrc", "bashrc"),
    _path("path-utf-8", "UTF-8 in the URL's path", "/s%C3%BC%C3%9F.bin", "s\u00fc\u00df.bin"),
    _path("path-percent", "a stray % in the URL's path", "/100%.bin", "100%.bin"),
    _path("path-query", "slashes in the query", "/a.bin?x=/../../evil", "a.bin"),
    _there("there-file", "a file of that name is there", _file("file.bin"), "file (1).bin"),
    _there("there-two", "two of them are there", _both(_file("file.bin"), _file("file (1).bin")),
           "file (2).bin"),
    _there("there-link", "a symlink of that name leads outside", _link("file.bin"), "file (1).bin"),
    _there("there-dangling", "a symlink of that name leads to nowhere", _dangling("file.bin"),
           "file (1).bin"),
    _there("there-part-link", "a symlink of the part file's name leads outside",
           _link("file.bin.part"), "file (1).bin"),
    _there("there-part-dangling", "a symlink of the part file's name leads to nowhere",
           _dangling("file.bin.part"), "file (1).bin"),
    _there("there-part", "a part file of somebody else is there", _file("file.bin.part"),
           "file (1).bin"),
    _there("there-directory", "a directory of that name is there",
           lambda directory: (directory / "file.bin").mkdir(), "file (1).bin"),
    _there("there-o", "a file of the name given with -o is there", _file("mine.bin"), "mine.bin",
           codes=(13,), flags=("-o", "mine.bin")),
    _there("there-o-link", "a symlink of the name given with -o", _link("mine.bin"), "mine.bin",
           codes=(13,), flags=("-o", "mine.bin")),
)
# fmt: on
