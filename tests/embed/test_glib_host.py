"""In GLib's loop."""

import shutil

import pytest

from ddm.errors import StateError
from integration.embedding.packages import why_not

if (reason := why_not("GLib")) is not None:
    pytest.skip(reason, allow_module_level=True)

from gi.repository import GLib

from ddm.embed import on_glib

BODY = bytes(range(256)) * 100


@pytest.fixture(params=["the default context", "one of its own"])
def context(request):
    return None if request.param == "the default context" else GLib.MainContext.new()


@pytest.fixture
def loop(context):
    return GLib.MainLoop.new(context, False)


def soon(context, call, priority=GLib.PRIORITY_DEFAULT):
    """Call it once, or again and again while it returns True."""
    source = GLib.idle_source_new()
    source.set_priority(priority)
    source.set_callback(lambda *_: call())
    source.attach(context)


def iterate(context):
    (context or GLib.MainContext.default()).iteration(True)


def test_a_job_is_fetched(manager, server, tmp_path, context, loop):
    with on_glib(manager, context):
        job = manager.add(f"{server.url}/file", tmp_path)
        job.when_over(lambda _: loop.quit())
        loop.run()

    assert job.result().read_bytes() == BODY


def test_a_deadline_alone_makes_a_turn(manager, context):
    with on_glib(manager, context):
        before = manager.turns().count
        while manager.turns().count < before + 3:
            iterate(context)


def test_what_is_more_urgent_goes_first(manager, server, tmp_path, context, loop):
    ticks = []

    def tick():
        ticks.append(manager.turns().count)
        return len(ticks) < 100

    with on_glib(manager, context):
        job = manager.add(f"{server.url}/file", tmp_path)
        job.when_over(lambda _: loop.quit())
        soon(context, tick, GLib.PRIORITY_HIGH_IDLE + 20)
        loop.run()

    assert ticks == [ticks[0]] * 100


def test_what_a_callback_raises_is_the_hosts(manager, server, tmp_path, context, loop, monkeypatch):
    told = []
    monkeypatch.setattr("sys.excepthook", lambda kind, *_: told.append(kind))

    with on_glib(manager, context):
        job = manager.add(f"{server.url}/file", tmp_path)
        job.when_over(lambda _: 1 / 0)
        job.when_over(lambda _: loop.quit())
        loop.run()

    assert told == [ZeroDivisionError]


def test_a_queue_that_is_gone_is_told_at_once(manager, tmp_path, context, loop):
    def on_error(error):
        told.append(error)
        loop.quit()

    told = []
    with on_glib(manager, context, on_error=on_error) as attachment:
        shutil.rmtree(tmp_path / "state")
        loop.run()

    assert [type(error) for error in told] == [StateError]
    assert told == [attachment.error]


def test_an_idle_manager_leaves_the_loop_alone(manager, context, loop):
    with on_glib(manager, context):
        manager.quiet().when_over(lambda _: loop.quit())
        loop.run()
        before = manager.turns().count
        for _ in range(100):
            soon(context, lambda: False)
            (context or GLib.MainContext.default()).iteration(True)

        assert manager.turns().count - before <= 2
