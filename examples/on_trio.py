"""In a trio program: tasks in a nursery that wait for jobs, each with a time-out of its own.

python examples/on_trio.py DIRECTORY URL...
"""

import sys

import trio

import ddm
from ddm.embed import on_trio


async def fetch(manager: ddm.Manager, url: str, directory: str) -> None:
    """One file, or a sentence about it. The time-out is the waiter's: the job itself would go on."""
    job = manager.add(url, f"{directory}/")
    with trio.move_on_after(60) as patience:
        try:
            print(await job)
        except ddm.DownloadError as error:
            print(f"{url}: {error}", file=sys.stderr)
    if patience.cancelled_caught:
        job.pause()


async def main(directory: str, urls: list[str]) -> None:
    """A task for each URL; the manager's own is one of trio's, too."""
    with ddm.Manager.open(None) as manager:
        async with on_trio(manager), trio.open_nursery() as nursery:
            for url in urls:
                nursery.start_soon(fetch, manager, url, directory)


if __name__ == "__main__":
    trio.run(main, sys.argv[1], sys.argv[2:])
