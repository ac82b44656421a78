"""On Tornado's loop, which is asyncio's: its callbacks tick while files come.

python examples/on_tornado.py DIRECTORY URL...
"""

import asyncio
import sys

from tornado.ioloop import PeriodicCallback

import ddm
from ddm.embed import on_asyncio


async def main(directory: str, *urls: str) -> None:
    """Fetch the files; every half second Tornado tells how far they are."""
    with ddm.Manager.open(None) as manager:

        def tell() -> None:
            view = manager.view()
            print(f"{len(view.jobs)} left, {view.speed_bps / 1e6:.1f} MB/s", file=sys.stderr)

        ticks = PeriodicCallback(tell, 500)
        async with on_asyncio(manager):
            ticks.start()
            for job in [manager.add(url, f"{directory}/") for url in urls]:
                print(await job)
            ticks.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
