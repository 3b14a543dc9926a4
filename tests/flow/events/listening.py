"""A client of the events of a node, without sockets: it reads the stream piece by piece, as `http/delivery.py` does."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from tests.flow.node import TestNode, read

SSE = {"accept": "text/event-stream"}
ALL = """
path "sys/events/subscribe/*" { capabilities = ["read"] }
path "*" { capabilities = ["read", "list", "subscribe"] subscribe_event_types = ["*"] }
"""


class Told(NamedTuple):
    """One event as a client got it."""

    cursor: str
    body: dict[str, Any]

    @property
    def type(self) -> str:
        """Its type."""
        return str(self.body["data"]["event_type"])

    @property
    def metadata(self) -> dict[str, str]:
        """Its metadata."""
        found: dict[str, str] = self.body["data"]["event"]["metadata"]
        return found

    @property
    def short(self) -> tuple[str, str]:
        """Its type, and the path that it is about."""
        return self.type, self.metadata["path"]


class Listener:
    """Reads server-sent events."""

    def __init__(self, node: TestNode, pieces: AsyncIterator[bytes], polling: asyncio.Task[None]) -> None:
        self._node = node
        self._pieces = pieces
        self._polling = polling
        self.cursor = ""
        self.error: dict[str, Any] | None = None
        self.ended = False

    async def take(self, count: int) -> list[Told]:
        """The next events, as many as asked for or as there are before the end."""
        found: list[Told] = []
        async with asyncio.timeout(10):
            while len(found) < count and not self.ended:
                found += await self._piece()
        return found

    async def place(self) -> str:
        """The place that the next sign of life names."""
        async with asyncio.timeout(10):
            await self._piece()
        return self.cursor

    async def _piece(self) -> list[Told]:
        try:
            piece = await anext(self._pieces)
        except StopAsyncIteration:
            self.ended = True
            return []
        fields = dict(line.split(": ", 1) for line in piece.decode().strip().splitlines())
        if fields.get("event") == "error":
            self.error = json.loads(fields["data"])
            return []
        self.cursor = fields["id"]
        return [Told(self.cursor, json.loads(fields["data"]))] if "data" in fields else []

    async def close(self) -> None:
        """Hang up."""
        await self._pieces.aclose()  # type: ignore[attr-defined]
        self._polling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._polling


async def listen(node: TestNode, what: str = "*", token: str | None = None, **headers: str) -> Listener:
    """Subscribe, and read the first place."""
    sent = SSE | {name.replace("_", "-"): value for name, value in headers.items()}
    response = await node.application.answer(
        node.request("GET", f"sys/events/subscribe/{what}", token=token, headers=sent), node.options
    )
    assert response.stream is not None, read(response)
    services = node.node.unsealed
    assert services is not None
    polling = asyncio.create_task(services.events.run_forever())
    listener = Listener(node, response.stream, polling)
    await listener.place()
    return listener
