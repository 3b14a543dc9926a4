"""Requests over connections that stay open, otherwise as `Http` sends them: through proxies, and checked as those.

A store on the own network is asked by `KeptHttp`, which uses no proxy, and tells what surely was not carried out.  Why
there are two: `docs/adr/0023`.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from strongroom.lib.outgoing.http import MOST_BYTES, TOTAL_S, Http

if TYPE_CHECKING:
    import httpx

_ADDRESSES_S = 60.0
"""How long the addresses of a name count.  Large services give others each few seconds, and a connection is of one."""
_IDLE_S = 15.0
"""How long a connection stays open without a request.  Servers and firewalls close it after 20 seconds or more."""


class PooledHttp(Http):
    """Sends requests to one system, over a few connections that stay open until `close`.

    A connection that the other side has closed is noticed before it is used again, as far as that can be.  A request
    may still meet one that is closed at that moment, so the caller repeats what may be repeated.

    Args:
        connections: how many are open at the most; further requests wait for one.
        clock: seconds, of a clock that never goes back.
        name, total_s, most_bytes, context: see `Http`.
    """

    def __init__(
        self,
        name: str,
        *,
        connections: int,
        total_s: float = TOTAL_S,
        most_bytes: int = MOST_BYTES,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, total_s=total_s, most_bytes=most_bytes, context=context)
        self._connections = connections
        self._clock = clock
        self._clients: dict[tuple[str, ssl.SSLContext, bool], httpx.AsyncClient] = {}
        self._known: dict[tuple[str, bool], tuple[tuple[str, ...], float]] = {}

    async def close(self) -> None:
        """Close the connections.  A later request opens new ones."""
        clients, self._clients = self._clients, {}
        await asyncio.gather(*(client.aclose() for client in clients.values()))

    def _client(
        self, url: str, context: ssl.SSLContext, *, direct: bool
    ) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        # By host, because the library tells connections apart by the address, which two hosts can share.
        key = (urlsplit(url).netloc, context, direct)
        if key not in self._clients:
            import httpx  # noqa: PLC0415 - an optional package, which `ask` has found

            limits = httpx.Limits(
                max_connections=self._connections,
                max_keepalive_connections=self._connections,
                keepalive_expiry=_IDLE_S,
            )
            self._clients[key] = httpx.AsyncClient(
                verify=context,
                timeout=self._timeout(),
                limits=limits,
                follow_redirects=False,
                trust_env=not direct,
            )
        return _left_open(self._clients[key])

    async def _addresses(self, url: str, *, direct: bool) -> tuple[str, ...]:
        key = (urlsplit(url).netloc, direct)
        found, until = self._known.get(key, ((), 0.0))
        if self._clock() >= until:
            found = await super()._addresses(url, direct=direct)
            self._known[key] = (found, self._clock() + _ADDRESSES_S)
        return found

    def _forget_addresses(self, url: str) -> None:
        for direct in (True, False):
            self._known.pop((urlsplit(url).netloc, direct), None)


@asynccontextmanager
async def _left_open(client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    yield client
