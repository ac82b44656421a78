"""In any loop: a descriptor to watch, a deadline to keep, a turn to call. Twenty lines, and a loop of your own.

python examples/on_selectors.py DIRECTORY URL...
"""

import selectors
import sys
import time

import ddm

directory, *urls = sys.argv[1:]
with selectors.DefaultSelector() as selector, ddm.Manager.open(None) as manager:
    jobs = [manager.add(url, f"{directory}/") for url in urls]
    selector.register(manager.fileno(), selectors.EVENT_READ, manager.turn)
    while not all(job.over for job in jobs):
        due_s = manager.deadline()
        wait_s = None if due_s is None else max(0.0, due_s - time.monotonic())
        for key, _ in selector.select(wait_s):
            key.data()  # as for every other descriptor of this loop
        if due_s is not None and time.monotonic() >= due_s:
            manager.turn()
    for job in jobs:
        print(job.result())
