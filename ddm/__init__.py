"""DDM, a download manager.

The names below are what programs may import. They are loaded on first use: `import ddm` costs next
to nothing, and neither it nor `import ddm.core` loads pycurl.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddm.core.circumstances import Found
    from ddm.core.view import JobView, QueueView
    from ddm.errors import (
        ClosedError,
        ConfigError,
        DDMError,
        DownloadError,
        Exit,
        HeldError,
        StateError,
        UsageError,
    )
    from ddm.library.download import download
    from ddm.library.happenings import (
        Done,
        Failed,
        Happening,
        HostLate,
        Missed,
        Paused,
        Progress,
        Removed,
        Started,
        Waiting,
    )
    from ddm.library.job import Job
    from ddm.library.manager import Manager
    from ddm.library.probe import Probe
    from ddm.library.scope import Scope
    from ddm.library.stream import Stream
    from ddm.limits import Limits, RetryLimits
    from ddm.record import JobRecord, State
    from ddm.spec import JobSpec

# A literal, because importlib.metadata costs more than all else; a test compares it with pyproject.
__version__ = "0.1.0"

__all__ = [
    "ClosedError",
    "ConfigError",
    "DDMError",
    "Done",
    "DownloadError",
    "Exit",
    "Failed",
    "Found",
    "Happening",
    "HeldError",
    "HostLate",
    "Job",
    "JobRecord",
    "JobSpec",
    "JobView",
    "Limits",
    "Manager",
    "Missed",
    "Paused",
    "Probe",
    "Progress",
    "QueueView",
    "Removed",
    "RetryLimits",
    "Scope",
    "Started",
    "State",
    "StateError",
    "Stream",
    "UsageError",
    "Waiting",
    "__version__",
    "download",
]

_HOMES = {
    "ClosedError": "ddm.errors",
    "ConfigError": "ddm.errors",
    "DDMError": "ddm.errors",
    "Done": "ddm.library.happenings",
    "DownloadError": "ddm.errors",
    "Exit": "ddm.errors",
    "Failed": "ddm.library.happenings",
    "Found": "ddm.core.circumstances",
    "Happening": "ddm.library.happenings",
    "HeldError": "ddm.errors",
    "HostLate": "ddm.library.happenings",
    "Job": "ddm.library.job",
    "JobRecord": "ddm.record",
    "JobSpec": "ddm.spec",
    "JobView": "ddm.core.view",
    "Limits": "ddm.limits",
    "Manager": "ddm.library.manager",
    "Missed": "ddm.library.happenings",
    "Paused": "ddm.library.happenings",
    "Probe": "ddm.library.probe",
    "Progress": "ddm.library.happenings",
    "QueueView": "ddm.core.view",
    "Removed": "ddm.library.happenings",
    "RetryLimits": "ddm.limits",
    "Scope": "ddm.library.scope",
    "Started": "ddm.library.happenings",
    "State": "ddm.record",
    "StateError": "ddm.errors",
    "Stream": "ddm.library.stream",
    "UsageError": "ddm.errors",
    "Waiting": "ddm.library.happenings",
    "download": "ddm.library.download",
}


if not TYPE_CHECKING:  # a type checker knows every name above, and finds fault with any other

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
