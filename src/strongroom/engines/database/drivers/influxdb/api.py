"""Asks a server by HTTP.  Errors of statements come in answers with status 200.

Source: https://docs.influxdata.com/influxdb/v1/tools/api/#query-http-endpoint
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

from strongroom.engines.database.drivers.influxdb.influxql import escaped
from strongroom.engines.database.drivers.influxdb.settings import Settings
from strongroom.engines.database.drivers.influxdb.trust import context_of
from strongroom.engines.database.telling import told
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, RateLimited, Unreachable, UpstreamFailed
from strongroom.lib.outgoing import Http, Reply

_OK, _UNAUTHENTICATED, _FORBIDDEN, _FAILED = 200, 401, 403, 500
_MISSING = "user not found"
"""The server's words, which has no codes of errors."""
_FORM = "application/x-www-form-urlencoded"


class Refused(UpstreamFailed):
    """The server doesn't let this user in."""


class Forbidden(UpstreamFailed):
    """The server let this user in, who may not do that."""


class Missing(UpstreamFailed):
    """There is no such user."""


class Api:
    """A server."""

    def __init__(self, settings: Settings) -> None:
        context = None if settings.trust is None else context_of(settings.trust)
        self._http = Http("InfluxDB", total_s=settings.timeout_s, context=context)
        self._url = f"{settings.url}/query"

    async def query(self, text: str, username: str, password: str, *hidden: str) -> None:
        """Carry out a statement.

        Args:
            username: who asks, by their password. hidden: secrets in the statement.

        Raises: `Refused`, `Forbidden`, `Missing`, `UpstreamFailed` with the server's text, `Unreachable`.
        """
        if ":" in username:
            raise UpstreamFailed("a user of InfluxDB whose name has a colon can't log in by HTTP")
        basic = b64encode(f"{username}:{password}".encode()).decode()
        headers = {"authorization": f"Basic {basic}", "content-type": _FORM}
        content = urlencode({"q": text}).encode()
        try:
            reply = await self._http.ask("POST", self._url, headers=headers, content=content, direct=True)
        except RateLimited:
            raise
        except UpstreamFailed as error:
            reason = f": {error.detail}" if error.detail else ""
            raise Unreachable(f"{error.text}{reason}") from error
        failed = error_of(reply)
        if reply.status >= _FAILED:
            raise Unreachable(f"InfluxDB failed with status {reply.status}", detail=_scrubbed(failed, hidden))
        if failed:
            raise _kind(reply.status, failed)(f"InfluxDB refused: {_scrubbed(failed, (password, *hidden))}")


def _kind(status: int, text: str) -> type[UpstreamFailed]:
    if status == _OK and text == _MISSING:
        return Missing
    return {_UNAUTHENTICATED: Refused, _FORBIDDEN: Forbidden}.get(status, UpstreamFailed)


def error_of(reply: Reply) -> str:
    """What a reply says went wrong; empty for nothing.  (p)"""
    version = reply.headers.get("x-influxdb-version", "").removeprefix("v")
    if version[:2] in {"2.", "3."}:
        return f"the server is InfluxDB {version[:20]}, whose users have tokens: only those of InfluxDB 1 can be made"
    try:
        found = json.loads(reply.body)
    except InvalidRequest:
        found = None
    if not isinstance(found, dict):
        return f"no usable answer, with status {reply.status}"
    error = found.get("error") or next(_errors(found.get("results")), "")
    if error:
        return str(error)
    return "" if reply.status == _OK else f"status {reply.status}"


def _errors(results: Any) -> Any:
    for result in results if isinstance(results, list) else ():
        if isinstance(result, dict) and result.get("error"):
            yield result["error"]


def _scrubbed(text: str, hidden: tuple[str, ...]) -> str:
    for secret in hidden:
        for form in {secret, escaped(secret, "'"), escaped(secret, '"')}:
            text = text.replace(form, "[password]") if form else text
    return told(text)
