"""What an exception remembers of the way that it took: for the log, and as a burden."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TypeVar

E = TypeVar("E", bound=BaseException)

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


def without_frames(error: E) -> E:
    """The error itself, which forgets its causes and the functions that it has passed, with all their variables.

    For errors that are kept or returned.  If a variable of such a function leads back to the error, only the rare
    garbage collection would free them, with the request that one of them holds.
    """
    error.__traceback__ = error.__cause__ = error.__context__ = None
    return error
