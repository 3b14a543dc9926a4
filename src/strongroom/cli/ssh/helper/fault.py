"""Why nobody gets in."""

from __future__ import annotations


class Fault(Exception):
    """Nobody gets in.

    Args:
        text: why, for the log.
        code: the exit status: 1 if the password or this host is at fault, 2 if the server is.
    """

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code
