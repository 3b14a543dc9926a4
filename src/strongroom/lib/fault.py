"""What may be told of a fault of ours."""

from __future__ import annotations

import traceback
from pathlib import Path

_FRAMES = 8
"""Enough to find the place; a log line stays one line."""


def where(fault: BaseException) -> str:
    """A fault's type and the places it went through.  Not its text, nor any variable: either may hold a secret."""
    frames = traceback.extract_tb(fault.__traceback__)[-_FRAMES:]
    return f"{type(fault).__name__} at " + " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
