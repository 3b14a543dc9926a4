"""Passes clients' requests on, with the agent's own token where that is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog

from strongroom.agent.serving.answers import said
from strongroom.agent.serving.passing import fields
from strongroom.agent.serving.passing.authorization import TokenUse, token_of, without_token
from strongroom.agent.serving.passing.hiding import hidden, is_wrapped, shows_token
from strongroom.agent.serving.passing.own_tokens import OwnTokens
from strongroom.agent.serving.question import Question
from strongroom.agent.session.login import Login, Session
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.proxy")

LOGIN_WAIT_S: Final = 10.0
"""How long a request waits for a login, the first one or another one.  Clients give up after a minute."""
_SURE_S: Final = 1.0
"""How long it is believed that a token holds.  A client whose requests are all denied costs one more in this time."""
DENIED: Final = 403

Ask = Callable[[Question], Awaitable[HttpResponse]]


class Passing:
    """Turns clients' requests into questions, and asks them.

    Args:
        ask: has the question answered; it never raises.
        program: `Agent` or `Proxy`.
        session: the agent's login; None without one.
        own: is told of the agent's tokens that are used.
        ended: is told of one that doesn't hold any more.
        use: when its token is used.
        namespace: what the clients' namespaces are below; empty for none.
        login_wait_s: how long a request waits for a login.
    """

    def __init__(
        self,
        ask: Ask,
        program: str,
        session: Session | None,
        *,
        own: OwnTokens,
        clock: Clock,
        use: TokenUse,
        ended: Callable[[str], Awaitable[None]],
        namespace: str = "",
        login_wait_s: float = LOGIN_WAIT_S,
    ) -> None:
        self._ask = ask
        self._own_tokens = own
        self._clock = clock
        self._ended = ended
        self._sure = (0, 0.0)
        self._program = program
        self._session = session
        self._use = use if session is not None else TokenUse.NEVER
        self._namespace = namespace.strip("/")
        self._login_wait_s = login_wait_s

    @property
    def use(self) -> TokenUse:
        """When the agent's token is used."""
        return self._use

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer for a client."""
        token = token_of(request.headers, self._use)
        headers = request.headers if token is not None else without_token(request.headers)
        question = Question(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=fields.passed_on(headers, self._program, self._namespace),
            body=request.body,
            token=token or "",
        )
        if question.is_relative:
            return said(400, "relative paths not supported")
        if token is None and self._session is not None:
            return await self._with_own(question, self._session)
        response = await self._ask(question)
        return await self._shown(question, response, self._session.current if self._session is not None else None)

    async def _with_own(self, question: Question, session: Session) -> HttpResponse:
        """Ask with the agent's token, and once more with the next one if it is refused."""
        login = session.current or await self._next(session, 0)
        if login is None or not login.token:
            return _not_logged_in()
        response = await self._own(question, login)
        if response.status != DENIED or await self._holds(session, login):
            return response
        await self._ended(login.token)
        log.info("the server refused the agent's token: the request waits for the next login")
        login = await self._next(session, login.number)
        return response if login is None else await self._own(question, login)

    async def _own(self, question: Question, login: Login) -> HttpResponse:
        if shows_token(question) and is_wrapped(question):
            return said(400, "the agent's own token is not shown to clients, so this answer can't be wrapped")
        self._own_tokens.note(login)
        asked = msgspec.structs.replace(question, token=login.token)
        return await self._shown(asked, await self._ask(asked), login)

    async def _holds(self, session: Session, login: Login) -> bool:
        """Whether a login's token is valid: asked for once in a while, however many requests are denied."""
        number, until = self._sure
        if number == login.number and self._clock.monotonic() < until:
            return True
        found = await session.holds(login)
        if found:
            self._sure = (login.number, self._clock.monotonic() + _SURE_S)
        return found

    async def _next(self, session: Session, number: int) -> Login | None:
        """A login after this one; None if there is none in time."""
        try:
            async with asyncio.timeout(self._login_wait_s):
                return await session.after(number)
        except TimeoutError:
            return None

    async def _shown(self, question: Question, response: HttpResponse, login: Login | None) -> HttpResponse:
        """The answer without the agent's token."""
        if self._use is TokenUse.NEVER or login is None or response.status != 200 or not shows_token(question):
            return response
        if response.stream is None:
            return msgspec.structs.replace(response, body=hidden(response.body, login.token))
        # It comes in pieces, such as from a gateway that is slow, and the token could be in any of them.
        if (close := getattr(response.stream, "aclose", None)) is not None:
            await close()
        return said(502, "the server's answer comes too slowly to keep the agent's own token out of it")


def _not_logged_in() -> HttpResponse:
    response = said(503, "the agent has not logged in yet")
    response.headers = (*response.headers, ("Retry-After", "1"))
    return response
