"""Many files at once, with one line of progress on the terminal. What is not done by a Ctrl-C goes on next time.

python examples/many.py DIRECTORY URL...
"""

import sys
from pathlib import Path

import ddm


def main(directory: str, *urls: str) -> int:
    """Fetch them all; how many failed."""
    failed = 0
    with ddm.Manager.open(Path(directory, ".ddm")) as manager:
        jobs = [manager.add(url, f"{directory}/") for url in urls]
        while not manager.wait(*jobs, timeout_s=0.5):
            view = manager.view()
            done = sum(job.over for job in jobs)
            print(
                f"\r{done} of {len(jobs)}, {view.speed_bps / 1e6:.1f} MB/s", end="", file=sys.stderr
            )
        print(file=sys.stderr)
        for job in jobs:
            try:
                print(job.result())
            except ddm.DownloadError as error:
                failed += 1
                print(f"{job.spec.url}: {error}", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 1))
