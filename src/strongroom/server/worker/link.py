"""The worker's end of the socket pair."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TypeVar

import msgspec
import structlog

from strongroom.lib.errors import Internal
from strongroom.server.messages.framing import Framing, Garbled, pack
from strongroom.server.messages.to_supervisor import FromWorker, Request
from strongroom.server.messages.to_worker import Answers, Done, Order, OutcomeIs, ProgressIs, Reply, Start, ToWorker

log = structlog.get_logger("worker")

_R = TypeVar("_R", Done, ProgressIs, OutcomeIs, Answers)


class Link(asyncio.Protocol):
    """Brings messages both ways.

    Args:
        obey: called with each order of the supervisor.
    """

    def __init__(self, obey: Callable[[Order], None]) -> None:
        self._obey = obey
        self._framing: Framing[ToWorker] = Framing(ToWorker)
        self._transport: asyncio.WriteTransport | None = None
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._last_id = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The link is up."""
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        """The supervisor has gone: nobody could seal this process any more, so it ends."""
        os._exit(1)

    def data_received(self, data: bytes) -> None:
        """Take messages: replies go to who asked, orders to the worker."""
        try:
            messages = self._framing.feed(data)
        except Garbled as error:
            log.error("the worker ends: invalid message from its supervisor", reason=str(error))
            os._exit(1)
        for message in messages:
            match message:
                case Done() | ProgressIs() | OutcomeIs() | Answers():
                    waiting = self._waiting.pop(message.id, None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(message)
                case Start():
                    log.error("the worker got a second start message")
                case _:
                    self._obey(message)

    def tell(self, message: FromWorker) -> None:
        """Send without waiting."""
        if self._transport is not None:
            self._transport.write(pack(message))

    async def ask(self, message: Request, kind: type[_R]) -> _R:
        """Send and wait for the reply.

        Args:
            kind: what answers such a message.
        """
        self._last_id += 1
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[self._last_id] = future
        self.tell(msgspec.structs.replace(message, id=self._last_id))
        reply = await future
        if not isinstance(reply, kind):
            raise Internal("the supervisor gave an answer of another kind", detail=f"{reply!r} to {message!r}")
        return reply
