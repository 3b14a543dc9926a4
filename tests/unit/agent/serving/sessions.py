"""A login that the test makes."""

from __future__ import annotations

import asyncio
import math

from strongroom.agent.session.login import Login


class GivenSession:
    """A session whose tokens come from the test, one after another.

    Args:
        tokens: each is the next login's, as soon as the one before it was refused.
    """

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)
        self._number = 0
        self._changed = asyncio.Event()
        self.refusals: list[str] = []
        self.looks: list[str] = []
        """The tokens that were asked for."""
        self.ended: set[str] = set()
        """Those that don't hold."""
        self.current: Login | None = None
        self._next()

    def log_in(self, token: str) -> None:
        """Make this the login in force."""
        self._number += 1
        self.current = Login(
            number=self._number,
            token=token,
            accessor=f"accessor-{self._number}",
            renewable=True,
            ends_at=math.inf,
            last_end_at=math.inf,
        )
        self._changed.set()

    def _next(self) -> None:
        if self._tokens:
            self.log_in(self._tokens.pop(0))

    async def after(self, number: int) -> Login:
        """The login in force, once there is one after this number."""
        while self.current is None or self.current.number <= number:
            self._changed.clear()
            await self._changed.wait()
        return self.current

    async def holds(self, login: Login) -> bool:
        """Whether the token isn't one of those that end."""
        self.looks.append(login.token)
        await asyncio.sleep(0)
        if login.token in self.ended:
            self.refused(login)
        return login.token not in self.ended

    def refused(self, login: Login) -> None:
        """Log in with the next token, if this one is still in force."""
        if self.current is login:
            self.refusals.append(login.token)
            self.current = None
            asyncio.get_running_loop().call_soon(self._next)

    async def lasting(self, seconds: float) -> Login:
        """The login in force."""
        return await self.after(0)
