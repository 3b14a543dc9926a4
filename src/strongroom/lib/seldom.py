"""Limits how often the same thing is logged, for log lines that clients can cause at will."""

from __future__ import annotations

import time
from collections.abc import Callable

_SUBJECTS = 256


class Seldom:
    """Lets each subject pass a few times per interval.

    Args:
        most: how often in `pause_s`. pause_s: in seconds. now: seconds, from any beginning.
    """

    def __init__(self, most: int = 1, pause_s: float = 60.0, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._pause_s = pause_s
        self._now = now
        self._let: dict[str, list[float]] = {}

    def due(self, subject: str) -> bool:
        """Whether this subject may pass once more.  If so, it is counted."""
        now = self._now()
        recent = [at for at in self._let.get(subject, ()) if now - at < self._pause_s]
        if len(recent) >= self._most:
            return False
        if subject not in self._let and len(self._let) >= _SUBJECTS:
            self._let = {name: times for name, times in self._let.items() if now - times[-1] < self._pause_s}
            if len(self._let) >= _SUBJECTS:
                return False
        self._let[subject] = [*recent, now]
        return True
