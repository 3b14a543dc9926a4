"""Asks AWS as the server does, and fails where a test says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from strongroom.lib.aws import AwsApi, Call, Credentials, Element, Target
from strongroom.lib.errors import StrongroomError

Interfering = Callable[[Call, Credentials, Target], Awaitable[None]]


class FaultyApi(AwsApi):
    """Sends what it is given, in order, unless told otherwise.

    Attributes:
        asked: the actions so far, with the ids of the keys by which they were asked.
        calls: the same, with what they said.
        failing: by action, the error that is raised instead of asking.
        losing: by action, the error that is raised once AWS has done it: the answer is lost.
        meanwhile: called before each request.
    """

    def __init__(self) -> None:
        super().__init__(pause=self._noted)
        self.asked: list[tuple[str, str]] = []
        self.calls: list[Call] = []
        self.pauses: list[float] = []
        self.failing: dict[str, StrongroomError] = {}
        self.losing: dict[str, StrongroomError] = {}
        self.meanwhile: Interfering | None = None

    async def _noted(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def parameters(self, action: str) -> dict[str, str]:
        """What the last request for an action said."""
        return dict(next(call.parameters for call in reversed(self.calls) if call.action == action))

    @property
    def actions(self) -> list[str]:
        """The actions so far."""
        return [action for action, _ in self.asked]

    async def ask(self, target: Target, credentials: Credentials, call: Call, retries: int = -1) -> Element:
        """The answer, or the failure that is planned."""
        self.asked.append((call.action, credentials.access_key))
        self.calls.append(call)
        if self.meanwhile is not None:
            await self.meanwhile(call, credentials, target)
        if call.action in self.failing:
            raise self.failing[call.action]
        found = await super().ask(target, credentials, call, retries)
        if call.action in self.losing:
            raise self.losing[call.action]
        return found
