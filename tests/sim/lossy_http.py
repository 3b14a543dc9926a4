"""An HTTP client that loses answers: what was asked for is done, and nobody learns of it."""

from __future__ import annotations

from typing import Any

from strongroom.lib.errors import Unreachable
from strongroom.lib.outgoing import Http, Reply


class Killed(BaseException):
    """The process ends here."""


class LossyHttp(Http):
    """A client that does as told.

    Attributes:
        loses: which of the next answers is lost, counted from 0; None for none.
        kills: whether the process ends there instead.
        silent: whether nothing is asked any more.
        asked: how often it has been called.
    """

    def __init__(self, name: str = "the other system") -> None:
        super().__init__(name)
        self.loses: int | None = None
        self.kills = False
        self.silent = False
        self.asked = 0

    async def ask(self, verb: str, url: str, **options: Any) -> Reply:
        """One request."""
        self.asked += 1
        if self.silent:
            raise Unreachable("it did not answer in time")
        reply = await super().ask(verb, url, **options)
        if self.loses is not None:
            self.loses -= 1
            if self.loses < 0:
                self.loses = None
                raise Killed if self.kills else Unreachable("the answer is lost")
        return reply
