"""The door: every error leaves as one sentence on stderr and an exit status, never as a traceback."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence

import click

from ddm.cli.group import COMPLETE, ddm
from ddm.cli.showing import voice
from ddm.errors import DDMError, Exit


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit status."""
    if asked := os.environ.get(COMPLETE):
        from ddm.cli.commands import completion  # noqa: PLC0415 - for a TAB only

        return completion.answer(ddm, asked)
    try:
        status = ddm.main(list(arguments), prog_name="ddm", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return Exit.INTERRUPTED
    except DDMError as error:
        voice.say(str(error))
        return error.code
    except (BrokenPipeError, SystemExit):  # click makes a SystemExit of a pipe that nobody reads
        voice.close_stdout()
        return Exit.NO_READER
    except Exception as error:  # noqa: BLE001 - the door is where what nobody foresaw becomes a sentence
        return _report(error)
    return status if isinstance(status, int) else Exit.OK


def _report(error: Exception) -> Exit:
    """Put the traceback of an error that nobody foresaw into the log and say where it is; the status."""
    # A disk's errors have got their sentence where they happened; this one names no file.
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
        voice.say(f"could not write to stdout: {error.strerror}")
        voice.close_stdout()
        return Exit.DISK_FULL
    import traceback  # noqa: PLC0415 - these are only needed when things have gone wrong

    from ddm import redact  # noqa: PLC0415
    from ddm.cli.places import log_path  # noqa: PLC0415
    from ddm.log import open_log  # noqa: PLC0415

    path = log_path()
    log = open_log(path)
    lines = "".join(traceback.format_exception(error)).splitlines()
    for line in lines:
        log.write("traceback", level="error", line=line)
    log.close()
    what = redact.text(f"{type(error).__name__}: {error}")
    if log.problem is None:
        voice.say(f"this should not have happened ({what}); the traceback is in {path}")
    else:
        voice.say(f"this should not have happened ({what}), and {log.problem}")
        for line in lines:
            voice.say(redact.text(line))
    return Exit.UNEXPECTED
