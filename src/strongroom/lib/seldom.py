"""Says the same thing seldom: for log lines that whoever asks can cause as often as he likes."""

from __future__ import annotations

import time
from collections.abc import Callable

_KEPT = 256


class Seldom:
    """Lets each subject through once in a while.

    Args:
        pause_s: for how long the same subject is held back.
        now: seconds, from any beginning.
    """

    def __init__(self, pause_s: float = 60.0, now: Callable[[], float] = time.monotonic) -> None:
        self._pause_s = pause_s
        self._now = now
        self._last: dict[str, float] = {}

    def due(self, subject: str) -> bool:
        """Whether this subject has not been let through for a while; counts as letting it through."""
        now = self._now()
        last = self._last.get(subject)
        if last is not None and now - last < self._pause_s:
            return False
        if len(self._last) >= _KEPT and last is None:
            # More subjects than are kept: the oldest makes room, unless all are recent.
            oldest = min(self._last, key=lambda name: self._last[name])
            if now - self._last[oldest] < self._pause_s:
                return False
            del self._last[oldest]
        self._last[subject] = now
        return True
