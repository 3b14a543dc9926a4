"""Why there is no answer of the server, typed by what may have happened there."""

from __future__ import annotations


class NoAnswer(Exception):
    """The server gave no answer.  The text is meant for the client.

    Attributes:
        status: that the client gets.
    """

    status = 502


class NotReached(NoAnswer):
    """No connection was made, so the server knows nothing of the request."""


class Lost(NoAnswer):
    """The connection ended before the answer did.  Whether the request took effect isn't known.

    Attributes:
        begun: whether anything of the answer had come.
    """

    def __init__(self, reason: str, *, begun: bool = True) -> None:
        super().__init__(reason)
        self.begun = begun


class Silent(NoAnswer):
    """The server didn't answer in time.  Whether the request took effect isn't known."""

    status = 504
