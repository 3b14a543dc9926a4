"""Describes a bug of this server, for the log."""

from __future__ import annotations

import traceback
from pathlib import Path

_FRAMES = 8
"""Enough to find the place; a log line stays one line."""


def where(fault: BaseException) -> str:
    """An exception's type and its places in the code.

    Its text and all variables are left out, because they may contain secrets.
    """
    frames = traceback.extract_tb(fault.__traceback__)[-_FRAMES:]
    return f"{type(fault).__name__} at " + " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
