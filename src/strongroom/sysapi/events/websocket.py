"""A subscription by WebSocket.

Source: RFC 6455, https://developer.hashicorp.com/vault/docs/concepts/events
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.utilities import LocalProtocolError, RemoteProtocolError, generate_accept_token

from strongroom.lib.errors import InvalidRequest, StrongroomError
from strongroom.services.events import cloudevents, protobuf
from strongroom.services.events.position import Position
from strongroom.services.events.subscription import Delivered
from strongroom.sysapi.events.streams import Subscription

_VERSION: Final = "13"
_KEY_BYTES: Final = 16
_UNANSWERED: Final = 6
"""So many signs of life may have no answer before the client is taken for gone: half a minute."""
_MOST_RECEIVED_BYTES: Final = 16 * 1024
_RECEIVED_WITHIN_S: Final = 5.0
"""How much a client may send in that time: a hundred pings of the longest kind.  A frame may have six bytes, and each
costs some 20 microseconds of the process that serves everybody."""
_NORMAL: Final = 1000
_AWAY: Final = 1001
_POLICY: Final = 1008
_FAULT: Final = 1011
_MOST_REASON_BYTES: Final = 123


def is_wanted(headers: Mapping[str, str]) -> bool:
    """Whether a request asks for a WebSocket.

    Args:
        headers: names in lower case.
    """
    options = {option.strip() for option in headers.get("connection", "").lower().split(",")}
    return headers.get("upgrade", "").strip().lower() == "websocket" and "upgrade" in options


def accepted(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The headers of the response.  Raises `InvalidRequest` for another version, or a key that is none."""
    if headers.get("sec-websocket-version", "").strip() != _VERSION:
        raise InvalidRequest("Sec-WebSocket-Version must be 13")
    key = headers.get("sec-websocket-key", "").strip()
    try:
        valid = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        valid = False
    if not valid:
        raise InvalidRequest("Sec-WebSocket-Key must be 16 bytes in base64")
    return (("Upgrade", "websocket"), ("Sec-WebSocket-Accept", generate_accept_token(key.encode()).decode()))


class WebSocket:
    """One client's.  What it sends has no meaning but pings, pongs and the end.

    Args:
        as_json: whether events are JSON, in text frames; else they are protobuf, in binary ones.
        with_cursor: whether JSON tells the place behind each event.
    """

    def __init__(self, subscription: Subscription, *, as_json: bool, with_cursor: bool) -> None:
        self._subscription = subscription
        self._as_json = as_json
        self._with_cursor = with_cursor
        self._frames = Connection(ConnectionType.SERVER)
        self._woken = asyncio.Event()
        self._pong: Event | None = None
        self._over: Event | None = None
        self._unanswered = 0
        self._received_bytes = 0
        self._received_since = 0.0

    def receive(self, data: bytes) -> None:
        """Take bytes of the client.  A client that breaks the protocol, or sends much, ends its subscription."""
        if self._over is not None:
            return
        self._unanswered = 0
        if self._is_too_much(len(data)):
            self._over = _closing(_POLICY, "the client sends too much: this connection is for events")
            self._woken.set()
            return
        try:
            self._frames.receive_data(data)
            for event in self._frames.events():
                if isinstance(event, Ping):
                    self._pong = event.response()  # an earlier one that wasn't sent yet needs no answer any more
                elif isinstance(event, CloseConnection):
                    self._over = event.response()
        except RemoteProtocolError as error:
            self._over = error.event_hint or CloseConnection(code=_NORMAL)
        if self._pong is not None or self._over is not None:
            self._woken.set()

    def _is_too_much(self, received_bytes: int) -> bool:
        """Count what has come.  Returns whether the client has sent more than it may."""
        now = asyncio.get_running_loop().time()
        if now - self._received_since >= _RECEIVED_WITHIN_S:
            self._received_bytes, self._received_since = 0, now
        self._received_bytes += received_bytes
        return self._received_bytes > _MOST_RECEIVED_BYTES

    async def stream(self) -> AsyncGenerator[bytes]:
        """The bytes for the client."""
        reading = self._subscription.read()
        item = asyncio.ensure_future(_next(reading))
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            while self._over is None:
                await asyncio.wait((item, woken), return_when=asyncio.FIRST_COMPLETED)
                if woken.done():
                    self._woken.clear()
                    woken = asyncio.ensure_future(self._woken.wait())
                if self._pong is not None and self._over is None:
                    pong, self._pong = self._pong, None
                    yield self._frames.send(pong)
                if item.done() and self._over is None:
                    yield self._frames.send(self._frame(item))
                    item = asyncio.ensure_future(_next(reading))
            yield self._last()
        finally:
            item.cancel()
            woken.cancel()
            await asyncio.wait((item, woken))
            await reading.aclose()

    def _frame(self, item: asyncio.Future[Delivered | Position | None]) -> Event:
        """The frame for what the subscription came to; at its end, the one that closes the connection."""
        try:
            found = item.result()
        except StrongroomError as error:
            self._over = _closing(_FAULT, error.text)
            return self._over
        if found is None:
            cut = self._subscription.is_cut
            self._over = _closing(_AWAY, "the server ends") if cut else _closing(_POLICY, "the token has ended")
            return self._over
        if isinstance(found, Position):
            self._unanswered += 1
            if self._unanswered > _UNANSWERED:
                self._over = _closing(_POLICY, "the client does not answer")
                return self._over
            return Ping()
        return self._message(found)

    def _message(self, found: Delivered) -> BytesMessage | TextMessage:
        if not self._as_json:
            return BytesMessage(data=protobuf.encode(found.id, found.event, found.namespace))
        cursor = found.position.cursor if self._with_cursor else ""
        return TextMessage(data=cloudevents.encode(found.id, found.event, found.namespace, cursor).decode())

    def _last(self) -> bytes:
        """The answer to the client's end; nothing if the end was sent already."""
        try:
            return self._frames.send(self._over) if self._over is not None else b""
        except LocalProtocolError:
            return b""


def _closing(code: int, reason: str) -> CloseConnection:
    return CloseConnection(code=code, reason=reason.encode()[:_MOST_REASON_BYTES].decode(errors="ignore"))


async def _next(reading: AsyncGenerator[Delivered | Position]) -> Delivered | Position | None:
    return await anext(reading, None)
