"""`ddm checksum`: the digests of files, printed or compared, as coreutils' sha256sum does it."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import click

from ddm import redact
from ddm.cli.asking import completed
from ddm.cli.showing import human, voice
from ddm.cli.showing.line import StatusLine
from ddm.disk.digester import ALGORITHMS, FileDigester
from ddm.errors import Exit, UsageError
from ddm.limits import DIGEST_SLICE_BYTES
from ddm.sources import sums
from ddm.spec import Checksum

_SPELLINGS = {name.replace("-", ""): name for name in ALGORITHMS}
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})
# Of several things that went wrong, the first of these is the exit status.
_GRAVEST = (Exit.CHECKSUM, Exit.USAGE, Exit.NOT_FOUND, Exit.DISK_ERROR)


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...", shell_complete=completed.files)
@click.option(
    "--algo",
    metavar="ALGORITHM",
    help="sha-256, sha-512, sha-1 or md5.  [default: sha-256]",
)
@click.option(
    "--check",
    "sums_file",
    type=click.File("rb"),
    metavar="SUMS",
    help="Compare with the digests in this file, such as SHA256SUMS; - is stdin.",
)
@click.option("-q", "--quiet", is_flag=True, help="With --check: do not print what is OK.")
def command(
    files: tuple[str, ...], algo: str | None, sums_file: BinaryIO | None, *, quiet: bool
) -> int:
    """Print or check the digests of files.

    Prints what `sha256sum` prints, and takes what `sha256sum -c` takes. With --check and no FILE, every
    file that SUMS names is looked for here; with FILE, these alone are compared.

    \b
    ddm checksum image.iso
    ddm checksum --algo sha-512 *.iso > SHA512SUMS
    ddm checksum --check SHA256SUMS
    ddm checksum --check SHA256SUMS ~/Downloads/image.iso
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    if "-" in files:
        raise UsageError("stdin is not read; name a file (./- is one with that name)")
    with StatusLine() as line:
        if sums_file is None:
            if not files:
                raise UsageError("nothing to read; name a file, or a file of digests with --check")
            return _print(files, _algorithm(algo or "sha-256"), line)
        if algo is not None:
            raise UsageError("--check knows the algorithm by the digests; leave --algo out")
        return _check(sums_file, files, line, quiet=quiet)


def gnu_line(checksum: Checksum, name: str) -> str:
    """What `sha256sum` prints: a name that would break the line is escaped, and a backslash before all says so."""
    escaped = name.translate(_ESCAPES)
    return f"{'' if escaped == name else chr(92)}{checksum.hex}  {escaped}"


def _algorithm(text: str) -> str:
    found = _SPELLINGS.get(text.lower().replace("-", ""))
    if found is None:
        known = ", ".join(ALGORITHMS)
        raise UsageError(
            f'DDM does not know the algorithm "{redact.short(text)}"; it knows {known}'
        )
    return found


def _print(names: Iterable[str], algorithm: str, line: StatusLine) -> int:
    codes = set()
    for name in names:
        try:
            checksum = _digest(name, algorithm, line)
        except OSError as error:
            codes.add(_unread(name, error))
        else:
            voice.result(gnu_line(checksum, name))
    return _status(codes)


def _check(sums_file: BinaryIO, files: Sequence[str], line: StatusLine, *, quiet: bool) -> int:
    """Compare, and say of each file whether it is right."""
    listed = sums.read(sums_file)
    source = redact.short(sums_file.name)
    if not listed:
        raise UsageError(f"{source} holds no digests that DDM knows")
    codes: set[Exit] = set()
    wrong = compared = 0
    for name, expected in _expected(listed, files, source, codes):
        try:
            right = _digest(name, expected.algorithm, line) == expected
        except OSError as error:
            codes.add(_unread(name, error))
            voice.result(f"{redact.text(name)}: FAILED open or read")
            continue
        compared += 1
        if not right:
            wrong += 1
            codes.add(Exit.CHECKSUM)
        if not (right and quiet):
            voice.result(f"{redact.text(name)}: {'OK' if right else 'FAILED'}")
    if wrong:
        voice.say(f"{wrong} of {compared} files did not match {source}")
    return _status(codes)


def _expected(
    listed: Sequence[sums.Sum], files: Sequence[str], source: str, codes: set[Exit]
) -> Iterator[tuple[str, Checksum]]:
    """Which files to compare with what."""
    if not files:
        named = [(each.name, each.checksum) for each in listed if each.name]
        if not named:
            raise UsageError(f"{source} does not say which file its digest is of; name that, too")
        yield from named
    for name in files:
        expected = sums.find(listed, name)
        if expected is None:
            voice.say(f"{source} has no digest of {redact.text(name)}")
            codes.add(Exit.USAGE)
        else:
            yield name, expected


def _digest(name: str, algorithm: str, line: StatusLine) -> Checksum:
    """Read a file. Raises OSError, also for what is no file: a pipe would be waited for, for ever."""
    fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(fd)
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISBLK(found.st_mode)):
            raise OSError(0, "it is no file")
        # To its end, wherever that is: files in /proc have no size, others grow.
        digester = FileDigester(fd, name, (algorithm,), sys.maxsize)
        begun, done = time.monotonic(), 0
        while not digester.step(DIGEST_SLICE_BYTES):
            done += DIGEST_SLICE_BYTES
            line.show(_progress(name, done, found.st_size, time.monotonic() - begun))
        line.wipe()
        return digester.found()[0]
    finally:
        os.close(fd)


def _progress(name: str, done: int, size: int, elapsed_s: float) -> str:
    done = min(done, size)
    words = (
        human.percent(done, size),
        human.amount(done, size),
        human.speed(done / elapsed_s) if elapsed_s else "",
        name.rpartition("/")[2],
    )
    return "  ".join(words)


def _unread(name: str, error: OSError) -> Exit:
    voice.say(f"could not read {redact.text(name)}: {error.strerror}")
    return Exit.NOT_FOUND if isinstance(error, FileNotFoundError) else Exit.DISK_ERROR


def _status(codes: set[Exit]) -> int:
    return next((code for code in _GRAVEST if code in codes), Exit.OK)
