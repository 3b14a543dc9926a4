"""What a method is: from files, metadata services and libraries to the request of a login."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from strongroom.agent.options import Given
from strongroom.client.settings import Tls
from strongroom.server.config.reader import Notice

GONE = -math.inf
"""When something was given that is there no more."""


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """The request of a login.

    Attributes:
        path: below `/v1/`.
        body: of the request.
        headers: that only this request has.
        tls: how the server is checked, and what it is shown, instead of what holds for all requests.
        token: that of somebody else's login: it is looked up, and there is no body.
    """

    path: str
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    tls: Tls | None = None
    token: str = field(default="", repr=False)


class LoginMethod(Protocol):
    """One way to log in."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Which of its options nobody knows."""

    @property
    def given_at(self) -> float | None:
        """When what a login uses up was given, as seconds since the epoch; None if a login uses up nothing.

        `GONE` where it was used up already.
        """

    @property
    def poll_s(self) -> float | None:
        """How often `renewed` is worth a question, in seconds; None for never."""

    async def login(self) -> LoginRequest:
        """The request of a login, made of what is there now.  Raises `LoginError`, and `ClientError` as requests do."""

    async def used(self) -> None:
        """Tell that the server has answered the last request: what must not lie around any longer is removed now."""

    async def renewed(self) -> bool:
        """Whether there is something new to log in by, since the last login or the last question."""


class Plain:
    """The parts of a method that uses up nothing, and whose credentials nobody watches."""

    notices: tuple[Notice, ...] = ()
    given_at: float | None = None
    poll_s: float | None = None

    async def used(self) -> None:
        """Nothing lies around."""

    async def renewed(self) -> bool:
        """Nobody knows."""
        return False


class Asking(Protocol):
    """The server, asked before anybody has logged in."""

    async def ask(self, method: str, path: str, *, token: str = "", body: Any = ...) -> Any:
        """The decoded answer.  Raises `ClientError`."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What every method is made of.

    Attributes:
        given: its options.
        mount: its path, such as `auth/approle`.
        environment: of the process.
        server: for methods that ask it first.
        tls: of the other requests.
    """

    given: Given
    mount: str
    environment: Mapping[str, str] = field(repr=False)
    server: Asking
    tls: Tls
