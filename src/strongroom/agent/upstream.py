"""The server, asked from an event loop: the client of the command line, in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from strongroom.agent.server_clock import ServerClock
from strongroom.client.client import NOTHING, Answer, Client
from strongroom.client.durations import go_text
from strongroom.client.errors import ClientError, ResponseError, Unreachable
from strongroom.client.settings import Settings, Tls
from strongroom.lib.clock import SleeplessClock
from strongroom.lib.outgoing.threads import in_thread

DEFAULT_CONNECTIONS = 10


class Upstream:
    """Sends requests to one server.

    Args:
        settings: where it is and how it is reached; a token in it isn't used.
        connections: how many requests are under way at once; others wait.
        clock: what time it is for the server, which its answers tell.
    """

    def __init__(
        self, settings: Settings, connections: int = DEFAULT_CONNECTIONS, clock: ServerClock | None = None
    ) -> None:
        self.clock = clock or ServerClock(SleeplessClock())
        self._client = _client(settings)
        self._slots = asyncio.Semaphore(connections)
        self._closed = False

    @property
    def settings(self) -> Settings:
        """Where the server is and how it is reached."""
        return self._client.settings

    def configure(self, settings: Settings) -> None:
        """Reach the server in another way from the next request on.  Raises `BadSettings`, and changes nothing then."""
        self._client = _client(settings)

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
        headers: tuple[tuple[str, str], ...] = (),
        tls: Tls | None = None,
    ) -> Any:
        """The decoded JSON of an answer; None when it was empty.

        Args:
            path: below `/v1/`.
            namespace: instead of the one of the settings.
            headers: besides the client's own.
            tls: instead of the settings'.

        Raises: what `Client.request` does: `ResponseError`, `Unreachable`, `BadSettings`, `BadAnswer`.
        """
        settings = self.settings
        chosen = replace(
            settings,
            token=token,
            namespace=settings.namespace if namespace is None else namespace,
            wrap_ttl=wrap_ttl,
            headers=(*settings.headers, *headers),
            tls=tls or settings.tls,
        )
        client = self._client if chosen == settings else Client(chosen)

        def send() -> Answer:
            return client.request(method, path, body=body, query=query)

        # Threads that keep nobody waiting: an agent that is to end doesn't wait for a server that hangs.
        async with self._slots:
            if self._closed:
                raise Unreachable(method, settings.address, "the agent ends")
            answer = await in_thread(send)
        self.clock.saw(answer.headers.get("date", ""))
        return answer.json()

    def close(self) -> None:
        """Send nothing any more: what waits for its turn fails.  Requests under way keep nobody from ending."""
        self._closed = True


def _client(settings: Settings) -> Client:
    return Client(replace(settings, token="", wrap_ttl=""))


def wrap_ttl_text(seconds: int) -> str:
    """How long an answer stays wrapped, as the header has it; empty for 0, which asks for no wrapping.  (p)"""
    return go_text(seconds * 10**9) if seconds else ""


def about(error: Exception) -> dict[str, str]:
    """What helps to understand why a request failed, besides the reason: its path, and what to do.  (p)"""
    path = error.path if isinstance(error, ResponseError) else ""
    hint = error.hint if isinstance(error, ResponseError | Unreachable) else ""
    return {name: " ".join(text.split()) for name, text in (("path", path), ("hint", hint)) if text}


def reason_of(error: Exception) -> str:
    """What went wrong with a request, in one line and without its address's path, for the log.  (p)"""
    match error:
        case ResponseError():
            said = "; ".join(" ".join(text.split()) for text in error.errors or ())
            return f"status {error.status}" + (f": {said}" if said else "")
        case Unreachable():
            return error.reason
        case ClientError():
            return " ".join(str(error).split())
    return " ".join(str(error).split()) or type(error).__name__
