"""A window with progress bars, and DDM in Qt's loop. Without a screen: QT_QPA_PLATFORM=offscreen.

python examples/on_qt.py DIRECTORY URL...
"""

import sys
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QProgressBar, QVBoxLayout, QWidget

import ddm
from ddm.embed import on_qt


def show(job: ddm.Job, bar: QProgressBar) -> None:
    """Draw how far it is."""
    view = job.view()
    bar.setFormat(f"{view.name}  %p%")
    bar.setValue(int(100 * view.done_bytes / view.size_bytes) if view.size_bytes else 0)


def tell(job: ddm.Job) -> None:
    """It is over: done, failed, or removed."""
    try:
        print(job.result())
    except ddm.DownloadError as error:
        print(error, file=sys.stderr)


def main(directory: str, *urls: str) -> None:
    """A window that closes when all is over."""
    app = QApplication([])
    window = QWidget(windowTitle="Downloads")
    rows = QVBoxLayout(window)
    with ddm.Manager.open(None) as manager, on_qt(manager):
        ticks = QTimer()  # the screen asks at its own pace; nothing pushes at it
        for url in urls:
            job, bar = manager.add(url, f"{directory}/"), QProgressBar()
            rows.addWidget(bar)
            ticks.timeout.connect(partial(show, job, bar))
            job.when_over(tell)
        ticks.start(100)
        manager.quiet().when_over(lambda _: app.quit())
        window.show()
        app.exec()


if __name__ == "__main__":
    main(*sys.argv[1:])
