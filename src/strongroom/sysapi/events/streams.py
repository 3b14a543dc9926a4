"""A subscription as a stream of bytes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from strongroom.lib import json
from strongroom.lib.errors import StrongroomError
from strongroom.services.events import cloudevents
from strongroom.services.events.judge import Judge, TokenRules
from strongroom.services.events.position import Position
from strongroom.services.events.selection import Selection
from strongroom.services.events.subscription import Delivered, subscribed
from strongroom.services.exchange import Exchange
from strongroom.sysapi.services import Services


class Subscription:
    """What a client has subscribed to.  Nothing is done until it is read.

    Args:
        exchange: the client's request.
        start: the place to begin behind.
    """

    def __init__(self, services: Services, exchange: Exchange, selection: Selection, start: Position) -> None:
        assert exchange.bearer is not None
        rules = TokenRules(exchange.bearer.record, services.tokens, services.mounts, services.policies)
        self._services = services
        self._judge = Judge(services.barrier, services.mounts.namespaces, rules)
        self._selection = selection
        self._owner = owner_of(exchange)
        self.start = start

    @property
    def is_cut(self) -> bool:
        """Whether the server ends it, and not the end of the client's token."""
        return self._services.events.is_over

    def read(self) -> AsyncGenerator[Delivered | Position]:
        """The events, and places while there are none; see `subscribed`."""
        services = self._services
        return subscribed(
            services.events,
            services.barrier,
            services.clock,
            self._judge,
            self._selection,
            start=self.start,
            owner=self._owner,
        )


def owner_of(exchange: Exchange) -> str:
    """Whose subscription a request asks for: the token's, or the entity's of one that isn't stored."""
    assert exchange.bearer is not None
    return exchange.bearer.record.key or exchange.bearer.record.entity_id


async def server_sent(subscription: Subscription) -> AsyncGenerator[bytes]:
    """The subscription as server-sent events.  Each has its place as id, and so has each sign of life.

    Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
    """
    yield _place(subscription.start)
    reading = subscription.read()
    try:
        async for found in reading:
            if isinstance(found, Position):
                yield _place(found)
            else:
                told = cloudevents.encode(found.id, found.event, found.namespace)
                yield b"id: %b\ndata: %b\n\n" % (found.position.cursor.encode(), told)
    except StrongroomError as error:
        yield b"event: error\ndata: %b\n\n" % json.dumps({"errors": [error.text]})
    finally:
        await reading.aclose()


def _place(position: Position) -> bytes:
    """An event without data: it only names the place, from which a client resumes."""
    return b"id: %b\n\n" % position.cursor.encode()
