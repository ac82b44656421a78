"""In a GLib program, as GTK's are: no coroutines, so a function is called when a job is over.

python examples/on_glib.py DIRECTORY URL...
"""

import sys

from gi.repository import GLib

import ddm
from ddm.embed import on_glib


def tell(job: ddm.Job) -> None:
    """It is over: done, failed, or removed."""
    try:
        print(job.result())
    except ddm.DownloadError as error:
        print(error, file=sys.stderr)


def main(directory: str, *urls: str) -> None:
    """Fetch them while GLib's loop runs, and leave it when nothing is left to do."""
    loop = GLib.MainLoop()
    with ddm.Manager.open(None) as manager, on_glib(manager):
        for url in urls:
            manager.add(url, f"{directory}/").when_over(tell)
        manager.quiet().when_over(lambda _: loop.quit())
        loop.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
