"""HTTP requests to the systems that check second factors.

Each has a limit on time and size.  Redirects aren't followed, because they could lead elsewhere with the credentials.
The certificate authorities are those of the operating system, or of `SSL_CERT_FILE`.  A proxy is taken from
`HTTPS_PROXY`.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, RateLimited, UpstreamFailed
from strongroom.lib.extras import install_command

if TYPE_CHECKING:
    import httpx

TOTAL_S = 60.0
"""For all requests of one proof, the user's thinking included."""
_ONE_S = 55.0
"""For one request.  Some systems answer when the user has."""
_CONNECT_S = 10.0
_MOST_BYTES = 256 * 1024
_AT_ONCE = 64
"""Proofs of one method that a process waits for.  A system that hangs thus delays only its own logins."""
UNUSABLE = "the MFA provider gave no usable answer"


class Outgoing:
    """Sends requests.

    Args:
        context: the certificate authorities; None for those of the operating system.
        total_s: how long one proof may take, in seconds.
    """

    def __init__(self, context: ssl.SSLContext | None = None, *, total_s: float = TOTAL_S) -> None:
        self._context = context
        self._total_s = total_s
        self._waiting: dict[str, int] = {}

    @asynccontextmanager
    async def slot(self, method_id: str) -> AsyncIterator[None]:
        """A place among the proofs of a method, for a limited time.

        Raises: `RateLimited` if too many wait already, `UpstreamFailed` when the time is over.
        """
        if self._waiting.get(method_id, 0) >= _AT_ONCE:
            raise RateLimited("too many logins wait for this MFA method")
        self._waiting[method_id] = self._waiting.get(method_id, 0) + 1
        try:
            async with asyncio.timeout(self._total_s):
                yield
        except TimeoutError as error:
            raise UpstreamFailed("the MFA provider did not answer in time") from error
        finally:
            self._waiting[method_id] -= 1
            if not self._waiting[method_id]:
                del self._waiting[method_id]

    async def ask(
        self, verb: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> tuple[int, Any]:
        """Send one request.  Returns the status and the decoded JSON.

        Raises: `UpstreamFailed`, whose text holds nothing of the request or the response.
        """
        status, body = await self.ask_bytes(verb, url, headers=headers, content=content)
        try:
            return status, json.loads(body)
        except InvalidRequest as error:
            raise UpstreamFailed(UNUSABLE, detail=f"status {status}, no JSON") from error

    async def ask_bytes(
        self, verb: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> tuple[int, bytes]:
        """The same for a response that isn't JSON."""
        httpx = _library()
        if self._context is None:
            self._context = await asyncio.to_thread(ssl.create_default_context)
        try:
            async with (
                httpx.AsyncClient(
                    verify=self._context, timeout=httpx.Timeout(_ONE_S, connect=_CONNECT_S), follow_redirects=False
                ) as client,
                client.stream(verb, url, headers=headers, content=content) as response,
            ):
                return response.status_code, await _bounded(response)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise UpstreamFailed("the MFA provider cannot be reached", detail=type(error).__name__) from error


async def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _MOST_BYTES:
            raise UpstreamFailed(UNUSABLE, detail=f"more than {_MOST_BYTES} bytes")
    return bytes(body)


@functools.cache
def _library() -> Any:
    """The HTTP library, imported when it is first needed.  Raises `UpstreamFailed` if it isn't installed."""
    try:
        import httpx  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise UpstreamFailed(
            "this server can't ask MFA providers, because a package is missing", detail=install_command("mfa")
        ) from error
    return httpx


def require() -> None:
    """Raise `UpstreamFailed` if requests can't be sent."""
    _library()


def mapping(value: Any) -> Mapping[str, Any]:
    """A JSON object of a response.  Raises `UpstreamFailed` for anything else."""
    if not isinstance(value, dict):
        raise UpstreamFailed(UNUSABLE, detail="not an object")
    return value
