"""What a server says of a file, asked in the manager's loop."""

import asyncio
import gc
import socket
import weakref

import pytest

import ddm
from ddm.embed import on_asyncio
from ddm.limits import Limits, RetryLimits

GATED_BYTES = 4 << 20
ONE_TRY = Limits(retry=RetryLimits(max_attempts=1))


class Silent:
    """A server that takes connections and says nothing."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/file"
        self.close = self._socket.close


@pytest.fixture
def silent():
    server = Silent()
    yield server
    server.close()


@pytest.fixture
def probe(manager, server):
    return lambda path="/file", **options: manager.probe(server.url + path, **options)


def test_it_says_what_the_file_is_and_writes_nothing(manager, probe, server, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    asked = probe("/gated")
    assert not asked.over

    manager.wait(asked)
    found = asked.result()

    assert (found.name, found.size_bytes, found.ranges) == ("gated", GATED_BYTES, True)
    assert (found.url, found.etag) == (f"{server.url}/gated", '"v"')
    assert list((tmp_path / "here").iterdir()) == []
    assert manager.views() == ()


def test_it_ends_in_an_error_where_there_is_no_file(manager, probe):
    asked = probe("/none")
    manager.wait(asked)

    with pytest.raises(ddm.DownloadError, match="404") as caught:
        asked.result()
    assert caught.value.code == ddm.Exit.NOT_FOUND


def test_one_that_is_not_over_has_no_result_yet(probe):
    with pytest.raises(ddm.DownloadError, match=r"the probe of .*/file is not over"):
        probe().result()


def test_what_makes_no_sense_is_refused_at_once(manager):
    with pytest.raises(ddm.UsageError, match="ftp"):
        manager.probe("ftp://example.org/a")


def test_it_shows_no_secrets(manager):
    assert repr(manager.probe("http://user:secret@127.0.0.1:9/")).endswith("//***@127.0.0.1:9/>")


def test_many_at_once_and_jobs_beside_them(manager, probe, server, tmp_path):
    job = manager.add(f"{server.url}/job", tmp_path)
    asked = [probe(f"/{number}") for number in range(40)]
    manager.wait(job, *asked)

    assert [each.result().name for each in asked] == [str(number) for number in range(40)]
    assert {each.result().size_bytes for each in asked} == {job.result().stat().st_size}


def test_it_is_awaited(manager, server):
    async def main():
        async with on_asyncio(manager):
            return await asyncio.gather(
                *(manager.probe(f"{server.url}{path}") for path in ("/a", "/none")),
                return_exceptions=True,
            )

    found, error = asyncio.run(main())
    assert found.name == "a"
    assert isinstance(error, ddm.DownloadError)


def test_who_waits_and_is_cancelled_leaves_nothing_behind(open_manager, silent):
    manager = open_manager(None, ONE_TRY)

    async def main():
        async with on_asyncio(manager):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(manager.probe(silent.url), 0.01)

    asyncio.run(main())
    assert not manager._room._waiters
    silent.close()
    while manager._probes._asked:
        manager.turn(None)


def test_one_that_is_dropped_ends_by_itself(manager, probe, until):
    dropped = weakref.ref(probe())
    until(lambda: not manager._probes._asked)
    gc.collect()

    assert dropped() is None
    assert manager._probes._house.store.all() == []


def test_closing_the_manager_ends_it(manager, server):
    async def main():
        async with on_asyncio(manager):
            waiting = asyncio.ensure_future(_await(manager.probe("http://127.0.0.1:9/")))
            await asyncio.sleep(0)
            manager.close()
            with pytest.raises(ddm.ClosedError):
                await waiting

    asyncio.run(main())


async def _await(pending):
    return await pending


def test_a_closed_manager_asks_nothing(manager, probe):
    asked = probe()
    manager.close()

    with pytest.raises(ddm.ClosedError):
        probe()
    with pytest.raises(ddm.ClosedError):
        asked.result()


def test_its_house_leaves_the_loop_as_it_was(manager, probe):
    reactor = manager._house.reactor
    members = tuple(reactor._members)
    manager.wait(probe())
    assert tuple(reactor._members) != members

    manager._probes.close()
    assert tuple(reactor._members) == members
