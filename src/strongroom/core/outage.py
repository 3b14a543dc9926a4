"""What fails again and again is logged once: a store that is full for a day must not fill the log."""

from __future__ import annotations

from typing import Any

from strongroom.lib.errors import StrongroomError


class Outage:
    """Whether work that is done periodically fails at present.

    Args:
        log: where it is told. text: what doesn't happen meanwhile.
    """

    def __init__(self, log: Any, text: str) -> None:
        self._log = log
        self._text = text
        self._lasts = False

    def goes_on(self, error: StrongroomError) -> None:
        """Tell of a failure, unless it is one after another."""
        if not self._lasts:
            self._log.warning(self._text, reason=error.detail or error.text)
        self._lasts = True

    def is_over(self) -> None:
        """The work was done."""
        self._lasts = False
