"""The server, asked from an event loop: the client of the command line, in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from strongroom.client.client import NOTHING, Answer, Client
from strongroom.client.settings import Settings

DEFAULT_CONNECTIONS = 10


class Upstream:
    """Sends requests to one server.

    Args:
        settings: where it is and how it is reached; a token in it isn't used.
        connections: how many requests are under way at once; others wait.
    """

    def __init__(self, settings: Settings, connections: int = DEFAULT_CONNECTIONS) -> None:
        self._client = Client(replace(settings, token="", wrap_ttl=""))
        self._threads = ThreadPoolExecutor(connections, "strongroom-agent-upstream")

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: Any = NOTHING,
        query: Iterable[tuple[str, str]] = (),
        namespace: str | None = None,
        wrap_ttl: str = "",
    ) -> Any:
        """The decoded JSON of an answer; None when it was empty.

        Args:
            path: below `/v1/`.
            namespace: instead of the one of the settings.

        Raises: what `Client.request` does: `ResponseError`, `Unreachable`, `BadSettings`, `BadAnswer`.
        """
        client = self._client.with_token(token) if token else self._client
        if namespace is not None or wrap_ttl:
            settings = client.settings
            chosen = settings.namespace if namespace is None else namespace
            client = Client(replace(settings, namespace=chosen, wrap_ttl=wrap_ttl))

        def send() -> Answer:
            return client.request(method, path, body=body, query=query)

        answer = await asyncio.get_running_loop().run_in_executor(self._threads, send)
        return answer.json()

    def close(self) -> None:
        """End when the requests under way have ended; those that wait are dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
