"""Which tokens are the agent's own."""

from __future__ import annotations

from typing import Final

from strongroom.agent.session.login import Login, Session

_MOST: Final = 64
"""Logins that are remembered.  What was made with an earlier one has ended long ago."""


class OwnTokens:
    """The tokens of the agent's logins, as far as they were used or are in force.

    Args:
        session: the agent's login; None without one.
    """

    def __init__(self, session: Session | None) -> None:
        self._session = session
        self._seen: dict[str, None] = {}

    def note(self, login: Login) -> None:
        """Remember the token of a login."""
        self._seen.pop(login.token, None)
        self._seen[login.token] = None
        while len(self._seen) > _MOST:
            del self._seen[next(iter(self._seen))]

    def has(self, token: str) -> bool:
        """Whether a token is the agent's own."""
        login = self._session.current if self._session is not None else None
        if login is not None:
            self.note(login)
        return token in self._seen
