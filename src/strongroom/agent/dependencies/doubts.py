"""Asks whether tokens are still good, when something makes that doubtful."""

from __future__ import annotations

from strongroom.agent.dependencies.fetching import Fetching
from strongroom.agent.dependencies.gate import Gate
from strongroom.agent.dependencies.tokens import Tokens
from strongroom.agent.session.login import Login
from strongroom.client.errors import ClientError


class Doubts:
    """Asks the server about tokens of this process's logins, and of those before."""

    def __init__(self, tokens: Tokens, fetching: Fetching, gate: Gate) -> None:
        self._tokens = tokens
        self._fetching = fetching
        self._gate = gate

    async def is_refused(self, login: Login) -> bool:
        """Whether the server knows a token no more.  If so, its leases have ended with it."""
        current = self._tokens.session.current
        try:
            if current is not None and current.number == login.number:
                known = await self._tokens.session.holds(login)
            else:
                known = await self._gate.through(lambda: self._fetching.left_s(login.token)) is not None
        except ClientError:
            return False  # The server didn't say.  Whoever uses the token next asks again.
        if not known:
            self._tokens.refuse(login)
        return not known
