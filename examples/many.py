"""Many files at once, with their progress on one line.

python examples/many.py DIRECTORY URL...
"""

import sys
from pathlib import Path

import ddm


def tell(stream: ddm.Stream) -> None:
    """What happened since the last time: ends on lines of their own, progress on one that is written over."""
    for happening in stream.take():
        match happening:
            case ddm.Done(view):
                print(Path(view.directory, view.name))
            case ddm.Failed(view):
                print(f"{view.name}: {view.failure}", file=sys.stderr)
            case ddm.Progress(view):
                percent = 100 * view.done_bytes // view.size_bytes if view.size_bytes else 0
                print(f"{view.name}: {percent} % \r", end="", file=sys.stderr)
            case _:
                pass


def main(directory: str, *urls: str) -> bool:
    """Fetch them all; whether one failed."""
    with ddm.Manager.open(None) as manager:
        jobs = [manager.add(url, f"{directory}/") for url in urls]
        manager.events(*jobs).when_some(tell)
        manager.wait(*jobs)
        return any(job.state is ddm.State.FAILED for job in jobs)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
