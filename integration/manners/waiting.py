"""A script that waits for URL, which never ends, in HOW: its own loop, or asyncio's."""

import asyncio
import sys

import ddm
from ddm.embed import on_asyncio


async def within_asyncio(manager, url):
    async with on_asyncio(manager):
        await manager.add(url, "file")


def main():
    how, url = sys.argv[1:]
    with ddm.Manager.open("state") as manager:
        if how == "alone":
            manager.wait(manager.add(url, "file"))
        else:
            asyncio.run(within_asyncio(manager, url), debug=False)


main()
