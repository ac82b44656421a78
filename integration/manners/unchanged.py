"""A host that looks at itself before and after: PLAIN, TLS and HTTP2 are bases of URLs, CERTIFICATE signs for them."""

import atexit
import gc
import hashlib
import locale
import logging
import os
import random
import resource
import signal
import sys
import threading
import warnings
from pathlib import Path

import ddm


def look():
    """Whatever a library could change in its process."""
    wakeup_fd = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(wakeup_fd)
    return {
        "handlers": [signal.getsignal(number) for number in sorted(signal.valid_signals())],
        "mask": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "wakeup": wakeup_fd,
        "timers": signal.getitimer(signal.ITIMER_REAL),
        "limits": [resource.getrlimit(number) for number in range(16)],
        "umask": [
            line for line in Path("/proc/self/status").read_text().splitlines() if "Umask" in line
        ],
        "niceness": os.nice(0),
        "directory": Path.cwd(),
        "locale": locale.setlocale(locale.LC_ALL),
        "environment": dict(os.environ),
        "hooks": [sys.excepthook, sys.unraisablehook, sys.displayhook, threading.excepthook],
        "tracing": [sys.gettrace(), sys.getprofile(), sys.getswitchinterval()],
        "garbage": [gc.get_threshold(), gc.isenabled(), gc.callbacks],
        "warnings": [*warnings.filters],
        "logging": [logging.root.level, [*logging.root.handlers], logging.root.manager.disable],
        "at exit": atexit._ncallbacks(),
        "threads": [*Path("/proc/self/task").iterdir()],
        "children": Path(f"/proc/self/task/{os.getpid()}/children").read_text(),
        "chance": random.getstate(),
    }


def held():
    """What is open, and how much the modules keep."""
    kept = {
        (module, name): len(value)
        for module in sorted(sys.modules)
        if module.startswith("ddm")
        for name, value in vars(sys.modules[module]).items()
        if isinstance(value, dict | list | set) and not name.startswith("__")
    }
    return len([*Path("/proc/self/fd").iterdir()]), kept


def download(plain, tls, http2, certificate):
    """Ranges, a name that is looked up, a digest, TLS, a shared connection, a failure."""
    big, named = f"{plain}/files/big", f"{plain.replace('127.0.0.1', 'localhost')}/files/big"
    digest = "sha-256:" + hashlib.sha256(Path(sys.argv[5]).read_bytes()).hexdigest()
    with ddm.Manager.open("state") as manager:
        jobs = [
            manager.add(big, "plain"),
            manager.add(named, "named", checksums=[digest]),
            manager.add(f"{tls}/files/big", "tls", ca_file=certificate),
            *(manager.add(f"{http2}/files/{n}", f"{n}", ca_file=certificate) for n in range(8)),
            manager.add(f"{plain}/files/none", "none"),
        ]
        assert manager.wait(*jobs, timeout_s=50)
        assert [job.state.value for job in jobs] == ["done"] * 11 + ["failed"]
        manager.remove(*jobs, delete_files=True)
        manager.wait(manager.quiet())


def main():
    before = look()
    download(*sys.argv[1:5])
    after = look()
    assert after == before, [key for key in before if before[key] != after[key]]
    first = held()
    for _ in range(3):
        download(*sys.argv[1:5])
    assert held() == first, (first, held())


main()
