"""A command's end without success."""

from __future__ import annotations


class Failure(Exception):
    """A command ends without success.

    Args:
        text: what to say on standard error.
        code: the exit code; 1 when the command line or this machine is at fault, 2 when the server is.
    """

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code
