"""A session for tests of the agent's parts: real tokens of a real server, logged in for whenever the test wants it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from strongroom.agent.session.login import Login
from strongroom.agent.upstream import Upstream
from strongroom.lib.clock import SleeplessClock

_CLOCK = SleeplessClock()
"""As the agent's parts have it."""


class TokenSession:
    """Logs in by creating tokens with another token.

    Args:
        creator: the token that creates them.
        request: what is asked for, such as policies and times.
    """

    def __init__(self, upstream: Upstream, creator: str, request: dict[str, Any]) -> None:
        self._upstream = upstream
        self._creator = creator
        self.request = request
        self._current: Login | None = None
        self._changed = asyncio.Event()
        self._lock = asyncio.Lock()
        self.logins: list[Login] = []
        """Every login that there was."""
        self.lasting_asked: list[float] = []
        """What was asked of `lasting`."""

    @property
    def current(self) -> Login | None:
        """The login in force."""
        return self._current

    async def log_in(self) -> Login:
        """Log in, whatever there is."""
        answer = await self._upstream.ask("PUT", "auth/token/create", token=self._creator, body=self.request)
        auth, now = answer["auth"], _CLOCK.monotonic()
        ends_at = now + int(auth["lease_duration"])
        login = Login(
            number=len(self.logins) + 1,
            token=auth["client_token"],
            accessor=auth["accessor"],
            renewable=bool(auth["renewable"]),
            ends_at=ends_at,
            last_end_at=ends_at,
        )
        self.logins.append(login)
        self._become(login)
        return login

    async def after(self, number: int) -> Login:
        """The login in force, as soon as there is a later one than this."""
        while self._current is None or self._current.number <= number:
            if self._current is None and self.logins:
                await self._again()
                continue
            changed = self._changed
            await changed.wait()
        return self._current

    def refused(self, login: Login) -> None:
        """Forget the current login, if it is this one."""
        if self._current is not None and self._current.number == login.number:
            self._become(None)

    async def holds(self, login: Login) -> bool:
        """Whether the server still knows the token."""
        try:
            await self._upstream.ask("GET", "auth/token/lookup-self", token=login.token)
        except Exception:
            self.refused(login)
            return False
        return True

    async def lasting(self, seconds: float) -> Login:
        """A login in the first half of its life, or one that lasts so long."""
        self.lasting_asked.append(seconds)
        async with self._lock:
            current = self._current
            if current is not None:
                whole = int(self.request["ttl"].removesuffix("s"))
                left = current.last_end_at - _CLOCK.monotonic()
                if left >= seconds or left >= whole / 2:
                    return current
            return await self.log_in()

    async def _again(self) -> None:
        async with self._lock:
            if self._current is None:
                await self.log_in()

    def _become(self, login: Login | None) -> None:
        self._current = None if login is None else replace(login)
        self._changed.set()
        self._changed = asyncio.Event()
