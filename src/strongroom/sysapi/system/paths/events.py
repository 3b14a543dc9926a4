"""Events: who subscribes to them.

Source: https://developer.hashicorp.com/vault/docs/concepts/events
"""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.events import selection, wanting
from strongroom.services.events.position import Position, parse_cursor
from strongroom.services.events.selection import Selection
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.events import streams

_FORMS = "ask for a WebSocket (Upgrade: websocket) or for server-sent events (Accept: text/event-stream)"


class SubscribeBody(Body, frozen=True):
    """Which events, and in which form."""

    json: Annotated[bool, Doc(description="Whether a WebSocket gets JSON; else it gets protobuf.")] = False
    namespaces: Annotated[
        CommaList, Doc(description="Patterns of further namespaces, below that of the request; `*` for any text.")
    ] = CommaList([])
    filter: Annotated[str, Doc(description="An expression that the wanted events meet.")] = ""
    cursor: Annotated[str, Doc(description="The place to go on from, as an earlier subscription has named it.")] = ""


class EventPaths(SystemEngine):
    """`events/subscribe/<type>`"""

    path_parameters = {"event_type": "A type of events, such as `kv-v2/data-write`; `*` stands for any text."}

    @path.read("events/subscribe/{event_type*}")
    async def subscribe(self, request: Request, event_type: str, body: SubscribeBody) -> Response | None:
        """Sends events as they happen, of those that the token may learn of, until it ends."""
        view = system(request)
        headers = view.exchange.request.headers
        wanted = _selection(request, event_type, body)
        cursor = body.cursor or headers.get("last-event-id", "")
        start = await view.services.events.checked(parse_cursor(cursor)) if cursor else None
        state = await wanting.want(view.txn, request.now)
        if start is None:
            start = Position(state.bucket, view.txn.revision)
        subscription = streams.Subscription(view.services, view.exchange, wanted, start)
        if "text/event-stream" in headers.get("accept", ""):
            stream = streams.server_sent(subscription)
            return Response(
                raw=RawBody(b"", "text/event-stream", stream),
                headers=(("Cache-Control", "no-store"), ("X-Accel-Buffering", "no")),
            )
        raise InvalidRequest(_FORMS)


def _selection(request: Request, event_type: str, body: SubscribeBody) -> Selection:
    """What is asked for.  Raises `InvalidRequest`."""
    home = system(request).namespace.path
    return Selection(
        types=(selection.checked_type(event_type),),
        home=home,
        namespaces=selection.checked_namespaces(tuple(body.namespaces), home),
    )
