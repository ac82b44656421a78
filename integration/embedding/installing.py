"""Installs what pyproject's extra `hosts` lists, as much of it as there is for this Python.

`make` runs it. What cannot be had is said in one line, and is no error: what needs it is not tested.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def main() -> None:
    """Try all at once, else one by one."""
    wanted = tomllib.loads(_PROJECT.read_text())["project"]["optional-dependencies"]["hosts"]
    if _install(*wanted):
        return
    refused = [package for package in wanted if not _install(package)]
    if refused:
        print(f"Not installed, so that what needs them is not tested: {', '.join(refused)}.")


def _install(*packages: str) -> bool:
    """Nothing is compiled: that would take long, and want a compiler."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command = [*pip, "--only-binary=:all:", *packages]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    main()
