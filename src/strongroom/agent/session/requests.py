"""The requests that a session sends: logins, look-ups, renewals; and what their failures mean."""

from __future__ import annotations

from dataclasses import replace

import structlog

from strongroom.agent.methods.method import LoginMethod
from strongroom.agent.session.grants import Grant, of_login, of_lookup, of_renewal, of_wrapped_login, together
from strongroom.agent.upstream import Upstream, reason_of, wrap_ttl_text
from strongroom.client.errors import ClientError, Denied, ResponseError

log = structlog.get_logger("auth.handler")

LOOKUP = "auth/token/lookup-self"
_PASSING = frozenset({408, 412, 429})
"""Statuses below 500 of which the same request may be spared a moment later."""


def is_final(error: Exception) -> bool:
    """Whether the server has answered a request for good, rather than being away or busy.  (p)"""
    return isinstance(error, ResponseError) and error.status < 500 and error.status not in _PASSING


class Requests:
    """Asks the server for one session.

    Args:
        upstream: the server, in the namespace of the method.
        method: how to log in.
        wrap_ttl_s: how long the answer to a login stays wrapped; 0 for one that isn't.
    """

    def __init__(self, upstream: Upstream, method: LoginMethod, wrap_ttl_s: int = 0) -> None:
        self._upstream = upstream
        self._method = method
        self._wrap_ttl_s = wrap_ttl_s

    async def log_in(self) -> Grant:
        """Log in.  Raises `LoginError`, `ClientError`."""
        request = await self._method.login()
        if request.token:
            return await self.look_up(request.token)
        try:
            answer = await self._upstream.ask(
                "PUT",
                request.path,
                body=dict(request.body),
                headers=request.headers,
                tls=request.tls,
                wrap_ttl=wrap_ttl_text(self._wrap_ttl_s),
            )
        except ClientError as error:
            if is_final(error):
                await self._method.used()
            raise
        await self._method.used()
        if self._wrap_ttl_s:
            return of_wrapped_login(answer)
        return await self._described(of_login(answer))

    async def _described(self, login: Grant) -> Grant:
        """A login, with what the server knows beyond its answer, as far as it tells."""
        if login.uses:
            log.warning(
                "the token is good for a few requests only, and every request of the agent is one of them: "
                "let the auth method's role have token_num_uses=0",
                uses=login.uses,
            )
            return replace(login, can_look_up=False)
        try:
            return together(login, await self.look_up(login.token))
        except Denied:
            return replace(login, can_look_up=False)
        except ClientError as error:
            log.debug("the new token wasn't looked up", reason=reason_of(error))
            return login

    async def look_up(self, token: str) -> Grant:
        """What the server knows about a token.  Raises `LoginError`, `ClientError`."""
        return of_lookup(await self._upstream.ask("GET", LOOKUP, token=token), token)

    async def renew(self, token: str) -> tuple[float, bool]:
        """Renew a token: for how long it is good now, and whether that can be done again.

        Raises: `LoginError`, `ClientError`.
        """
        return of_renewal(await self._upstream.ask("PUT", "auth/token/renew-self", token=token, body={}))
