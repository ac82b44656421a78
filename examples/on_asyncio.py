"""In an asyncio service: add and await, wait for a while only, and all or none.

python examples/on_asyncio.py DIRECTORY URL... (two at least)
"""

import asyncio
import sys
from pathlib import Path

import ddm
from ddm.embed import on_asyncio


async def fetch(manager: ddm.Manager, url: str, directory: str) -> Path:
    """One file. Who cancels this leaves the job, which goes on."""
    return await manager.add(url, f"{directory}/")


async def fetch_for(manager: ddm.Manager, url: str, directory: str, patience_s: float) -> None:
    """Wait for a while only: cancelling who waits does not cancel the job."""
    job = manager.add(url, f"{directory}/")
    try:
        async with asyncio.timeout(patience_s):
            await job
    except TimeoutError:
        view = job.view()
        print(f"{view.name} has {view.done_bytes} bytes, and goes on", file=sys.stderr)
    print(await job)


async def fetch_all(manager: ddm.Manager, urls: list[str], directory: str) -> None:
    """All of them: what raises in the block, or cancels it, lets the others rest."""
    async with manager.scope() as scope:
        jobs = [scope.add(url, f"{directory}/") for url in urls]
    for job in jobs:
        print(job.result())


async def main(directory: str, first: str, second: str, *others: str) -> None:
    """The life of a service: open, serve, close."""
    with ddm.Manager.open(None) as manager:
        async with on_asyncio(manager):
            print(await fetch(manager, first, directory))
            await fetch_for(manager, second, directory, patience_s=0.01)
            await fetch_all(manager, list(others), directory)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
