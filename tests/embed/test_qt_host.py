"""In Qt's loop, without a screen."""

import os
import shutil
import subprocess
import sys

import pytest

from ddm.errors import StateError, UsageError
from integration.embedding.packages import why_not

if (reason := why_not("Qt")) is not None:
    pytest.skip(reason, allow_module_level=True)

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication

from ddm.embed import on_qt

BODY = bytes(range(256)) * 100


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return QGuiApplication.instance() or QGuiApplication(["ddm"])


def test_a_job_is_fetched(manager, server, tmp_path, app):
    with on_qt(manager):
        job = manager.add(f"{server.url}/file", tmp_path)
        job.when_over(lambda _: app.quit())
        app.exec()

    assert job.result().read_bytes() == BODY


def test_a_deadline_alone_makes_a_turn(manager, app):
    with on_qt(manager):
        before = manager.turns().count
        while manager.turns().count < before + 3:
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def test_the_loop_does_other_things_meanwhile(manager, server, tmp_path, app):
    turns = []
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(manager.turns().count))
    with on_qt(manager):
        timer.start(0)
        job = manager.add(f"{server.url}/file", tmp_path)
        job.when_over(lambda _: app.quit())
        app.exec()
        timer.stop()

    assert len(set(turns)) > 1


def test_what_a_callback_raises_is_the_hosts(manager, server, tmp_path, app, monkeypatch):
    told = []
    monkeypatch.setattr("sys.excepthook", lambda kind, *_: told.append(kind))

    with on_qt(manager):
        job = manager.add(f"{server.url}/file", tmp_path)
        job.when_over(lambda _: 1 / 0)
        job.when_over(lambda _: app.quit())
        app.exec()

    assert told == [ZeroDivisionError]


def test_a_queue_that_is_gone_is_told_at_once(manager, tmp_path, app):
    def on_error(error):
        told.append(error)
        app.quit()

    told = []
    with on_qt(manager, on_error=on_error) as attachment:
        shutil.rmtree(tmp_path / "state")
        app.exec()

    assert [type(error) for error in told] == [StateError]
    assert told == [attachment.error]


def test_an_idle_manager_leaves_the_loop_alone(manager, app):
    with on_qt(manager):
        manager.quiet().when_over(lambda _: app.quit())
        app.exec()
        before = manager.turns().count
        for _ in range(100):
            app.processEvents()

        assert manager.turns().count - before <= 2


def test_it_is_at_home_in_qts_own_loop_where_that_is_not_glibs(server, tmp_path):
    script = """
import sys, ddm
from ddm.embed import on_qt
from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication
app = QCoreApplication([])
with ddm.Manager.open(None) as manager, on_qt(manager):
    job = manager.add(sys.argv[1], sys.argv[2])
    job.when_over(lambda _: app.quit())
    app.exec()
print(QAbstractEventDispatcher.instance().metaObject().className(), job.result().stat().st_size)
"""
    command = [sys.executable, "-c", script, f"{server.url}/file", str(tmp_path)]
    environment = {**os.environ, "QT_NO_GLIB": "1"}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)

    assert run.stdout == f"QEventDispatcherUNIX {len(BODY)}\n"


def test_without_an_application_it_says_so(tmp_path):
    script = "import ddm, ddm.embed; ddm.embed.on_qt(ddm.Manager.open(None))"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=os.environ, check=False
    )

    assert "QCoreApplication" in run.stderr.splitlines()[-1]


def test_without_a_binding_it_names_the_extra(manager, monkeypatch):
    monkeypatch.setitem(sys.modules, "PySide6.QtCore", None)
    monkeypatch.setitem(sys.modules, "PyQt6.QtCore", None)

    with pytest.raises(UsageError, match=r"ddm\[qt\]"):
        on_qt(manager)
