"""Events: who subscribes to them.

Source: https://developer.hashicorp.com/vault/docs/concepts/events
"""

from __future__ import annotations

from typing import Annotated

from strongroom.barrier.outbox import RETENTION_S
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing.ranges import check_ranges
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc, Duration
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.events import selection, wanting
from strongroom.services.events.filtering import filter_of
from strongroom.services.events.position import Position, parse_cursor
from strongroom.services.events.reader import TOO_OLD, CursorTooOld
from strongroom.services.events.selection import Selection
from strongroom.services.events.webhooks import targets
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.events import streams, websocket

_LEAST_S = 60
_MOST_S = 7 * 24 * 3600
_OLDEST = "oldest"
_NO_CURSOR = ("", "now", _OLDEST)
"""With `now`, a client begins without a cursor and is told one with each event."""
_FORMS = "ask for a WebSocket (Upgrade: websocket) or for server-sent events (Accept: text/event-stream)"


class SubscribeBody(Body, frozen=True):
    """Which events, and in which form."""

    json: Annotated[bool, Doc(description="Whether a WebSocket gets JSON; else it gets protobuf.")] = False
    namespaces: Annotated[
        CommaList, Doc(description="Patterns of further namespaces, below that of the request; `*` for any text.")
    ] = CommaList([])
    filter: Annotated[str, Doc(description="An expression that the wanted events meet.")] = ""
    cursor: Annotated[
        str, Doc(description="The place to go on from, as an earlier subscription has named it; `now`; or `oldest`.")
    ] = ""


class EventsConfigBody(Body, frozen=True):
    """How long events are kept."""

    retention: Annotated[Duration, Doc(description="How long an event can be asked for, by a cursor.")] = Duration(
        RETENTION_S
    )
    always: Annotated[bool, Doc(description="Whether they are kept while nobody subscribes.")] = True
    webhook_permitted_ip_ranges: Annotated[
        CommaList | None,
        Doc(description="Addresses of this machine, of its link or of a cloud that webhooks may lead to all the same."),
    ] = None


class EventPaths(SystemEngine):
    """`events/subscribe/<type>`"""

    @path.read("events/subscribe/{event_type*}")
    async def subscribe(self, request: Request, event_type: str, body: SubscribeBody) -> Response | None:
        """Sends events as they happen, of those that the token may learn of, until it ends."""
        view = system(request)
        headers = view.exchange.request.headers
        wanted = _selection(request, event_type, body)
        view.services.events.require_place(streams.owner_of(view.exchange))
        cursor = body.cursor or headers.get("last-event-id", "")
        subscription = streams.Subscription(view.services, view.exchange, wanted, await _start(request, cursor))
        if "text/event-stream" in headers.get("accept", ""):
            stream = streams.server_sent(subscription)
            return Response(
                raw=RawBody(b"", "text/event-stream", stream),
                headers=(("Cache-Control", "no-store"), ("X-Accel-Buffering", "no")),
            )
        if not websocket.is_wanted(headers):
            raise InvalidRequest(_FORMS)
        socket = websocket.WebSocket(subscription, as_json=body.json, with_cursor=bool(body.cursor))
        return Response(
            status=101, headers=websocket.accepted(headers), raw=RawBody(b"", "", socket.stream(), socket.receive)
        )


async def _start(request: Request, cursor: str) -> Position:
    """The place to begin behind, from which on events are written.  Raises `CursorTooOld`, `InvalidRequest`."""
    view = system(request)
    given = None if cursor in _NO_CURSOR else await view.services.events.checked(parse_cursor(cursor))
    state = await wanting.want(view.txn, request.now)
    if given is None:
        return Position(state.oldest, 0) if cursor == _OLDEST else Position(state.bucket, view.txn.revision)
    if given.bucket < state.oldest:  # nobody has wanted events for a time, so some were left out
        raise CursorTooOld(TOO_OLD)
    return given


def _selection(request: Request, event_type: str, body: SubscribeBody) -> Selection:
    """What is asked for.  Raises `InvalidRequest`."""
    home = system(request).namespace.path
    return Selection(
        types=(selection.checked_type(event_type),),
        home=home,
        namespaces=selection.checked_namespaces(tuple(body.namespaces), home),
        filter=filter_of(body.filter),
    )


class EventsConfigPaths(SystemEngine):
    """`config/events`"""

    @path.read("config/events", sudo=True, root_only=True)
    async def read_events_config(self, request: Request) -> Response | None:
        """Reads how long events are kept, and whether they are written at this moment."""
        state = await wanting.read(system(request).txn)
        shown = {"retention": state.retention_s, "always": state.configured, "written": state.wants(request.now)}
        permitted = await targets.permitted_ranges(system(request).txn)
        return Response(data={**shown, "webhook_permitted_ip_ranges": list(permitted)})

    @path.write("config/events", sudo=True, root_only=True)
    async def write_events_config(self, request: Request, body: EventsConfigBody) -> Response | None:
        """Sets how long events are kept."""
        if not _LEAST_S <= body.retention <= _MOST_S:
            raise InvalidRequest("retention must be between a minute and seven days")
        if body.webhook_permitted_ip_ranges is not None:
            ranges = check_ranges(body.webhook_permitted_ip_ranges, "webhook_permitted_ip_ranges")
            targets.permit(system(request).txn, ranges)
        await wanting.configure(system(request).txn, request.now, body.retention, keep=body.always)
        return None

    @path.delete("config/events", sudo=True, root_only=True)
    async def delete_events_config(self, request: Request) -> Response | None:
        """Goes back to an hour, and to events only while somebody subscribes."""
        targets.permit(system(request).txn, ())
        await wanting.configure(system(request).txn, request.now, RETENTION_S, keep=False)
        return None
