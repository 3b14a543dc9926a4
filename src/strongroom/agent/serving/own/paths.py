"""The paths that the agent answers itself: `/agent/v1/…`, and the same below `/proxy/v1/`.

Source: https://openbao.org/docs/agent-and-proxy/proxy/#api
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from strongroom.agent.serving.answers import document, said
from strongroom.agent.serving.cache.clearing import to_clear
from strongroom.agent.serving.cache.revocations import Gone
from strongroom.agent.serving.own.metrics import MetricsBoard
from strongroom.agent.serving.own.status import StatusBoard
from strongroom.http.decode import decode_query
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.lib.clock import Clock
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.exposition import FORMATS, wanted_format, written

METRICS: Final = "metrics"
_PREFIXES: Final = ("/agent/v1/", "/proxy/v1/")
_EMPTY: Final = HttpResponse(200)


def own_path(path: str) -> str | None:
    """The name of a path of the agent's own; None for one of the server."""
    return next((path.removeprefix(prefix).rstrip("/") for prefix in _PREFIXES if path.startswith(prefix)), None)


class OwnPaths:
    """Answers the agent's own paths.

    Args:
        forget: removes from the cache; None without one.
        quit_: ends the program.
        metrics, status: what is shown.
    """

    def __init__(
        self,
        *,
        forget: Callable[[Gone], Awaitable[None]] | None,
        quit_: Callable[[], None],
        metrics: MetricsBoard,
        status: StatusBoard,
        clock: Clock,
    ) -> None:
        self._forget = forget
        self._quit = quit_
        self._metrics = metrics
        self._status = status
        self._clock = clock

    async def __call__(self, name: str, request: HttpRequest, *, enable_quit: bool) -> HttpResponse:
        """The answer to a request.

        Args:
            name: as `own_path` gives it.
            enable_quit: whether this listener lets clients end the program.
        """
        match name:
            case "metrics":
                return self._show_metrics(request)
            case "status":
                return document(self._status.document()) if request.method == "GET" else said(405)
            case "cache-clear":
                return await self._clear(request)
            case "quit" if enable_quit:
                return self._end(request)
            case _:
                return said(404)

    def _show_metrics(self, request: HttpRequest) -> HttpResponse:
        if request.method != "GET":
            return said(405)
        try:
            asked = decode_query(request.query).get("format", "")
        except InvalidRequest as error:
            return said(400, error.text)
        format_ = wanted_format(asked if isinstance(asked, str) else "", request.headers.get("accept", ""))
        if format_ not in FORMATS:
            return said(400, f'metric response format "{format_[:64]}" unknown')
        text = written(self._metrics.gauges(), format_, self._clock.now())
        return HttpResponse(200, (("Content-Type", text.media_type), ("Vary", "Accept")), text.content)

    async def _clear(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"POST", "PUT"}:
            return said(405)
        if self._forget is None:
            return _EMPTY  # there is no cache, so there is nothing in it
        try:
            gone = to_clear(request.body)
        except InvalidRequest as error:
            return said(400, error.text)
        await self._forget(gone)
        return _EMPTY

    def _end(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return said(405)

        async def end() -> None:
            self._quit()

        return HttpResponse(200, after_sent=end)
