"""Sends responses to a client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

import structlog

from strongroom.http.faults import describe
from strongroom.http.head import Head
from strongroom.http.message import HttpResponse
from strongroom.http.response_head import OK_LINE, HeaderInvalid, encode_head, has_body
from strongroom.http.wire import Wire

_log = structlog.get_logger(__name__)

_JOINED_BYTES: Final = 64 * 1024
"""Up to this size, copying a body behind its head is cheaper than a second write."""

_FAULT: Final = HttpResponse(500, (("content-type", "application/json"),), b'{"errors":["internal error"]}\n')


def write_whole(wire: Wire, response: HttpResponse, head: Head | None, fixed: bytes, *, keep_alive: bool) -> None:
    """Send a response with a complete body.

    Args:
        wire: the client's connection. response: without a stream. head: the request's head; None if it couldn't be
        parsed. fixed: header lines that every response has. keep_alive: whether the connection stays open.
    """
    announce = keep_alive and head is not None and not head.answers_chunked
    body = response.body
    try:
        data = encode_head(
            response.status,
            response.headers,
            fixed,
            body_bytes=len(body),
            keep_alive=keep_alive,
            announce_keep_alive=announce,
        )
    except HeaderInvalid as error:
        _log.error("a response could not be sent", reason=str(error))
        write_whole(wire, _FAULT, head, fixed, keep_alive=keep_alive)
        return
    if not body or (head is not None and head.method == "HEAD") or not has_body(response.status):
        wire.write(data)
    elif len(body) <= _JOINED_BYTES:
        wire.write(data + body)
    else:
        wire.write(data)
        wire.write(body)


def keep(response: HttpResponse, name: bytes) -> None:
    """Have a response kept, for requests of HTTP/1.1 that ask the same and leave the connection open.

    Args:
        name: of all that decides about it.
    """
    assert response.keep is not None
    try:
        head = encode_head(response.status, response.headers, b"", body_bytes=len(response.body), keep_alive=True)
    except HeaderInvalid:
        return  # it isn't sent either
    response.keep(name, head[len(OK_LINE) :], response.body)


async def _write_stream(wire: Wire, response: HttpResponse, head: Head, fixed: bytes, *, keep_alive: bool) -> None:
    """Send a response with a streamed body, no faster than the client reads it.

    Args: as of `write_whole`; `keep_alive` must be false if the request was HTTP/1.0's, which knows no chunks.

    Raises: errors of the stream.  The body then lacks its end, which the client notices.
    """
    stream = response.stream
    assert stream is not None
    upgraded = response.receive is not None
    chunked = head.answers_chunked and not upgraded
    try:
        bodiless = not upgraded and (head.method == "HEAD" or not has_body(response.status))
        data = encode_head(
            response.status,
            response.headers,
            fixed,
            body_bytes=None,
            chunked=chunked and has_body(response.status),
            keep_alive=keep_alive,
        )
        if bodiless:
            wire.write(data)
            return
        wire.write(data + _chunk(response.body, chunked=chunked))
        async for piece in stream:
            if piece:
                wire.write(_chunk(piece, chunked=chunked))
                await wire.drained()
        if chunked:
            wire.write(b"0\r\n\r\n")
    finally:
        await _close_stream(stream)


def _chunk(piece: bytes, *, chunked: bool) -> bytes:
    # An empty chunk would mark the end of the body.
    return b"%x\r\n%b\r\n" % (len(piece), piece) if chunked and piece else piece


async def _close_stream(stream: AsyncIterator[bytes]) -> None:
    """Close a stream, if it can be closed."""
    close = getattr(stream, "aclose", None)
    if close is not None:
        await close()


class Delivery:
    """A response that isn't complete at once: it has a stream, or an action after it.

    Args:
        wire, response, head, fixed: as of `write_whole`.
    """

    __slots__ = ("_fixed", "_head", "_response", "_wire", "receive", "streaming")

    def __init__(self, wire: Wire, response: HttpResponse, head: Head, fixed: bytes) -> None:
        self._wire = wire
        self._response = response
        self._head = head
        self._fixed = fixed
        self.receive = response.receive
        """Takes what the client sends meanwhile; None if that is the next request."""
        self.streaming = False
        """Whether the stream should be cancelled if the client has gone."""

    async def run(self, gone: Callable[[], bool], *, keep_alive: bool) -> bool:
        """Send the response, then run its action.

        Args:
            gone: tells whether the client has gone. keep_alive: whether the connection is to stay open.

        Returns: whether it can stay open.

        Raises: errors of `after_sent`.
        """
        response = self._response
        if response.stream is None:
            if not gone():
                write_whole(self._wire, response, self._head, self._fixed, keep_alive=keep_alive)
        elif gone():
            await _close_stream(response.stream)
        else:
            keep_alive = keep_alive and self._head.answers_chunked and self.receive is None
            await self._stream(gone, keep_alive=keep_alive)
        if response.after_sent is not None:
            await self._wire.flushed()
            await response.after_sent()
        return keep_alive

    async def _stream(self, gone: Callable[[], bool], *, keep_alive: bool) -> None:
        self.streaming = True
        try:
            await _write_stream(self._wire, self._response, self._head, self._fixed, keep_alive=keep_alive)
        except asyncio.CancelledError:
            if not gone():
                raise
            # Only the stream was cancelled.  The action after the response must still run.
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()
        except Exception as error:
            _log.error("a stream broke off", fault=describe(error))
            self._wire.abort()
        finally:
            self.streaming = False
