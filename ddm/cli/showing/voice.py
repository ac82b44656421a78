"""The two streams: results on stdout, everything else on stderr.

A reader that has gone away (`ddm get ... | head -1`) is no reason to stop fetching: what nobody
hears is dropped without a word.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import click


def result(path: str) -> None:
    """One line on stdout: a path, in the very bytes that the file system knows it by."""
    try:
        click.echo(os.fsencode(path))
    except BrokenPipeError:
        close_stdout()
    except OSError as error:
        say(f"could not write to stdout: {error.strerror}")


def show(text: str) -> None:
    """Text on stdout; what its encoding has not is escaped. Raises OSError."""
    click.echo(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))


def say(sentence: str) -> None:
    """One line on stderr, "ddm: " before it."""
    with suppress(OSError):
        click.echo(f"ddm: {sentence}", err=True)


def close_stdout() -> None:
    """Send what is left in stdout's buffer nowhere, so that Python does not complain at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
