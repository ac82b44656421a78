"""The files of this user's state directory that commands open by themselves."""

from __future__ import annotations

from pathlib import Path

from ddm import config


def database_path() -> Path:
    """The queue; the same file as `ddm.custody` opens."""
    return config.state_dir() / "jobs.db"


def log_path() -> Path:
    """The log."""
    return config.state_dir() / "ddm.log"
