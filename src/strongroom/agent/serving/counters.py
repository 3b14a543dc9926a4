"""What has happened so far, for the metrics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Numbers that only grow."""

    success: int = 0
    """Requests that the server answered without an error."""
    client_error: int = 0
    """Requests that the server answered with an error."""
    error: int = 0
    """Requests that the server didn't answer."""
    hit: int = 0
    """Answers that were given again."""
    miss: int = 0
    """Answers that the server gave."""
    renewed: int = 0
    """Renewals that succeeded."""
    evicted: int = 0
    """Answers that are kept no more."""
    full: int = 0
    """Answers that weren't kept, because there was no room."""
