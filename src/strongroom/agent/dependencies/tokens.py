"""Which logins there were, and what has become of the token of each."""

from __future__ import annotations

import math
from typing import Final

from strongroom.agent.dependencies.refreshing import Owner, Token
from strongroom.agent.session.login import Login, Session

_KEPT: Final = 64
"""Logins that are remembered.  The leases of one before them have ended, or are fetched again."""


class Tokens:
    """The logins that dependencies were fetched with.

    Args:
        session: who logs in.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._known: dict[int, Login] = {}
        self._refused: set[int] = set()
        self._last = 0
        self._inherited = 0

    async def login(self) -> Login:
        """The login in force, as soon as there is one."""
        login = self.session.current or await self.session.after(self._last)
        self.saw(login)
        return login

    def saw(self, login: Login) -> None:
        """Remember a login; of the same number, the last one counts."""
        self._known[login.number] = login
        self._last = max(self._last, login.number)
        for number in sorted(self._known)[:-_KEPT]:
            self._forget(number)

    def inherit(self, token: str, ends_at: float) -> int:
        """Remember a token of an earlier process: the number by which its leases are known, less than any login's.

        Args:
            ends_at: by the monotonic clock.
        """
        self._inherited += 1
        self.saw(Login(-self._inherited, token, "", renewable=False, ends_at=ends_at, last_end_at=ends_at))
        return -self._inherited

    def token(self, number: int) -> str:
        """The token of a login; empty if it isn't remembered."""
        known = self._known.get(number)
        return "" if known is None else known.token

    def refuse(self, login: Login) -> None:
        """Note that the server knows a token no more, and tell the session."""
        if login.number not in self._refused:
            self._refused.add(login.number)
            self.session.refused(login)

    def of(self, number: int) -> Token:
        """What has become of the token of a login."""
        current = self.session.current
        if current is not None and current.number == number:
            self.saw(current)
            return Token(Owner.CURRENT, current.last_end_at)
        known = self._known.get(number)
        if number in self._refused or known is None:
            return Token(Owner.REFUSED, -math.inf)
        return Token(Owner.REPLACED, known.ends_at)

    def before(self, number: int, now: float) -> list[Login]:
        """The logins before one whose tokens may still be good; those that have ended are forgotten.

        Args:
            now: by the monotonic clock.
        """
        for each, login in list(self._known.items()):
            if each < number and (login.ends_at <= now or each in self._refused):
                self._forget(each)
        return [login for each, login in self._known.items() if each < number]

    def _forget(self, number: int) -> None:
        """Keep no token that is of no use.  A lease of its login counts as ended."""
        del self._known[number]
        self._refused.discard(number)
