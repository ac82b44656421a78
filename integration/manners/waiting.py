"""A script that waits for URL, which never ends."""

import sys

import ddm

with ddm.Manager.open("state") as manager:
    manager.wait(manager.add(sys.argv[1], "file"))
