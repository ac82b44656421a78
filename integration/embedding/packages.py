"""Which hosts there are on this machine, and why the others are not.

`python -m integration.embedding.packages` says it in one line.
"""

import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from sysconfig import get_config_var
from warnings import catch_warnings, simplefilter

# Each with what it needs: a module, and where that comes from.
HOSTS = {
    "our own loop": (),
    "selectors": (),
    "asyncio": (),
    "uvloop": ("uvloop", "pip install uvloop"),
    "Tornado": ("tornado.ioloop", "pip install tornado"),
    "trio": ("trio", "pip install trio"),
    "GLib": ("gi.repository.GLib", "Debian's python3-gi, or pip install PyGObject"),
    "Qt": ("PySide6.QtGui", "pip install PySide6-Essentials"),
}
_DEBIAN = Path("/usr/lib/python3/dist-packages")


@cache
def why_not(host: str) -> str | None:
    """Why this host is not there; None if it is."""
    needs = HOSTS[host]
    return missing(*needs) if needs else None


def missing(module: str, source: str) -> str | None:
    """Why this module cannot be imported; None if it can be, and it is then."""
    try:
        with catch_warnings():
            simplefilter("ignore")  # how others import is not ours
            if module.startswith("gi."):
                _find_gi()
            import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        if find_spec(package) is None:
            return f"{package} is not installed ({source})"
        return f"{package} does not load: {error}"
    return None


def said() -> str:
    """On which hosts the tests run, and why not on others: one line."""
    reasons = {host: why_not(host) for host in HOSTS}
    text = "Hosts: " + ", ".join(host for host, reason in reasons.items() if reason is None)
    others = [f"{host} ({reason})" for host, reason in reasons.items() if reason is not None]
    return f"{text}. Not: {'; '.join(others)}." if others else f"{text}: all of them."


def _find_gi() -> None:
    """Debian's PyGObject is outside of a virtual environment: take it from there if it is for this Python."""
    if "gi" in sys.modules or find_spec("gi") is not None:
        return
    folder = _DEBIAN / "gi"
    if not (folder / f"_gi{get_config_var('EXT_SUFFIX')}").exists():
        return
    spec = spec_from_file_location(
        "gi", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules["gi"] = gi = module_from_spec(spec)
    spec.loader.exec_module(gi)


if __name__ == "__main__":
    print(said())
