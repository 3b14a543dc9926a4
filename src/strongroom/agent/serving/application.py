"""The application of one listener of the agent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from strongroom.agent.config.serving import AgentListener
from strongroom.agent.serving.answers import said
from strongroom.agent.serving.own.paths import METRICS, OwnPaths, own_path
from strongroom.agent.serving.passing.authorization import TokenUse, token_of
from strongroom.http.custom_headers import CustomHeaders
from strongroom.http.decode import token_in
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.lib.fault import where
from strongroom.lib.turn import Turn

log = structlog.get_logger("agent.listener")

_METRICS_ONLY: Final = "metrics_only"


class AgentApplication:
    """Serves the requests of one listener.

    Args:
        listener: what the configuration says.
        own: answers the agent's own paths.
        pass_on: has the server answer; None for a listener whose agent passes nothing on.
        use: when the agent's token is used for clients.
    """

    repeats = None

    def __init__(
        self,
        listener: AgentListener,
        own: OwnPaths,
        pass_on: Callable[[HttpRequest], Awaitable[HttpResponse]],
        use: TokenUse,
    ) -> None:
        self.turn = Turn()
        self._listener = listener
        self._own = own
        self._pass_on = pass_on
        self._use = use
        given = listener.custom_response_headers
        self._headers = CustomHeaders(given) if given else None

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        try:
            return self._dressed(await self._answer(request))
        except Exception as error:  # the listener relies on an answer
            log.error("a request failed", detail=where(error))
            return self._dressed(said(500, "internal error"))

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        listener, name = self._listener, own_path(request.path)
        if listener.role == _METRICS_ONLY:
            if name == METRICS:
                return await self._own(name, request, enable_quit=False)
            return said(404, "this listener only serves the metrics")
        if listener.require_request_header and request.headers.get("x-vault-request") != "true":
            return said(412, 'missing "X-Vault-Request" header')
        if name is not None:
            return await self._own(name, request, enable_quit=listener.enable_quit)
        return await self._pass_on(request)

    async def may_send(self, headers: Mapping[str, str]) -> HttpResponse | None:
        """Whether a client may send a large body: with a token, or where it needs none.  The refusal, or None."""
        if token_in(headers) or token_of(headers, self._use) is None:
            return None
        text = "request body is too large for a request without a token (max_unauthenticated_request_size)"
        return self._dressed(said(413, text))

    def malformed(self, status: int, text: str) -> HttpResponse:
        """The answer to a request that the listener itself refuses."""
        return self._dressed(said(status, text))

    def _dressed(self, response: HttpResponse) -> HttpResponse:
        """The answer with the configured header fields."""
        if self._headers is None:
            return response
        return HttpResponse(
            status=response.status,
            headers=self._headers.on(response.status, response.headers),
            body=response.body,
            stream=response.stream,
            after_sent=response.after_sent,
        )
