"""The application of one listener: the node's, with the settings of the listener's stanza."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Final

from strongroom.http import encode
from strongroom.http.application import Application
from strongroom.http.message import HttpRequest, HttpResponse, Repeats
from strongroom.http.options import ListenerOptions
from strongroom.lib.turn import Turn

_METRICS: Final = "/v1/sys/metrics"
_TEXT: Final = "text/plain; charset=utf-8"


class ListenerApplication:
    """Serves the requests of one listener.

    Args:
        application: the node's application, which all listeners share. options: the settings of this listener's stanza.
    """

    def __init__(self, application: Application, options: ListenerOptions) -> None:
        self._application = application
        self._options = options
        self._plain = not (options.require_request_header or options.headers or options.metrics.only)

    @property
    def turn(self) -> Turn:
        """That of the node's application."""
        return self._application.turn

    @property
    def repeats(self) -> Repeats | None:
        """Those of the node's application."""
        return self._application.repeats

    def __call__(self, request: HttpRequest) -> Coroutine[Any, Any, HttpResponse]:
        """Answer one request."""
        if self._plain:
            return self._application.answer(request, self._options)
        return self._answer(request)

    async def may_send(self, headers: Mapping[str, str]) -> HttpResponse | None:
        """Whether a client may send a large body.  Returns the refusal, or None."""
        refused = await self._application.may_send(headers)
        return None if refused is None else self._dressed(refused)

    def malformed(self, status: int, text: str) -> HttpResponse:
        """The response to a request that the listener itself refuses."""
        return self._dressed(self._application.malformed(status, text))

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        refused = self._refused(request)
        return self._dressed(refused or await self._application.answer(request, self._options))

    def _refused(self, request: HttpRequest) -> HttpResponse | None:
        """The response to a request that this listener refuses; None if it passes the request on."""
        options = self._options
        if options.metrics.only and request.path != _METRICS:
            return encode.raw(b"this listener only serves the metrics endpoint\n", _TEXT, 404)
        # A browser that goes to an address sends no header of the kind; the interface's scripts do.
        if (
            options.require_request_header
            and request.headers.get("x-vault-request") != "true"
            and not self._application.is_interface(request.path)
        ):
            return encode.error_body(412, ['missing "X-Vault-Request" header'])
        return None

    def _dressed(self, response: HttpResponse) -> HttpResponse:
        """The response with the configured headers."""
        headers = self._options.headers
        if headers is None:
            return response
        return HttpResponse(
            status=response.status,
            headers=headers.on(response.status, response.headers),
            body=response.body,
            stream=response.stream,
            after_sent=response.after_sent,
            keep=response.keep,
        )
