"""Programs that weren't written here."""

from __future__ import annotations

import shutil

import pytest


def needed(name: str) -> str:
    """Where a program is.  Skips the test if it isn't installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (make packages)")
    return found
