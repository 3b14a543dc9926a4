"""One connection's bytes: the transport, and the optional PROXY header and TLS between it and HTTP."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Final

from strongroom.http.addresses import parse_address
from strongroom.http.message import Peer, Tls
from strongroom.http.proxy_protocol import ProxyHeaderInvalid, ProxyRules, read_proxy_header
from strongroom.http.sockets import TcpAddress
from strongroom.http.tls import TlsFailed, TlsLayer, answer_to_clear_text

_PIECE_BYTES: Final = 256 * 1024
"""The most plaintext that is encrypted at once, so that a large response neither doubles in memory nor blocks the
loop.
"""


class WireFailed(Exception):
    """The PROXY header or TLS is invalid.  The response, if any, was written, and the connection must close."""


def _remote(transport: asyncio.Transport) -> tuple[str, int]:
    name = transport.get_extra_info("peername")
    if not isinstance(name, tuple):
        return "", 0
    address = parse_address(name[0])
    return (name[0] if address is None else str(address)), name[1]


def _local(transport: asyncio.Transport) -> str:
    name = transport.get_extra_info("sockname")
    return str(TcpAddress(name[0], name[1])) if isinstance(name, tuple) else str(name)


class Wire:
    """Writes with back-pressure, and unwraps received bytes.

    Args:
        transport: connected.
        tls: a new layer, or None for a plain connection.
        proxy: rules if the connection may begin with a PROXY header.
        high_water: the number of waiting bytes from which on `ready` is false.
    """

    __slots__ = (
        "_backlog",
        "_ending",
        "_first_bytes",
        "_high_water",
        "_paused",
        "_proxy",
        "_stall_deadline",
        "_stalled_at",
        "_tls",
        "_transport",
        "_waiter",
        "address",
        "port",
        "told",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        *,
        tls: TlsLayer | None,
        proxy: ProxyRules | None,
        high_water: int,
    ) -> None:
        self._transport = transport
        self.address, self.port = _remote(transport)
        """IP address of the other end (empty for a Unix socket) and its port; a PROXY header may change them."""
        self.told = False
        """Whether a PROXY header has given the client's address."""
        self._tls = tls
        self._proxy = proxy
        self._high_water = high_water
        self._first_bytes: bytes | None = b""
        self._backlog: deque[memoryview] = deque()
        self._paused = False
        self._ending: Callable[[], None] | None = None
        self._stalled_at = -1
        self._stall_deadline = math.inf
        self._waiter: asyncio.Future[None] | None = None
        transport.set_write_buffer_limits(high=high_water)

    # --- arriving

    @property
    def awaits_header(self) -> bool:
        """Whether a PROXY header may still come."""
        return self._proxy is not None

    @property
    def wrapped(self) -> bool:
        """Whether received bytes must go through `unwrap`."""
        return self._tls is not None or self._proxy is not None

    @property
    def established(self) -> bool:
        """Whether the next bytes are HTTP."""
        return self._proxy is None and (self._tls is None or self._tls.established)

    @property
    def ended(self) -> bool:
        """Whether the client has announced, within TLS, that it sends no more."""
        return self._tls is not None and self._tls.closed

    def unwrap(self, data: bytes) -> bytes:
        """The HTTP bytes of received bytes.

        Raises: `WireFailed`.
        """
        if self._proxy is not None:
            data = self._take_proxy_header(data, self._proxy)
        if self._tls is None or not data:
            return data
        if self._first_bytes is not None:
            self._first_bytes = None
            answer = answer_to_clear_text(data)
            if answer is not None:
                self._transport.write(answer)
                raise WireFailed("HTTP without TLS")
        established = self._tls.established
        plain = b""
        try:
            plain = self._tls.receive(data)
        except TlsFailed as error:
            raise WireFailed(str(error)) from error
        finally:
            if not (established and plain):
                # The next part of the handshake, a refusal of renegotiation, or the final alert.
                self._transport.write(self._tls.outgoing())
        return plain

    def _take_proxy_header(self, data: bytes, rules: ProxyRules) -> bytes:
        data = (self._first_bytes or b"") + data
        try:
            header = read_proxy_header(data)
        except ProxyHeaderInvalid as error:
            raise WireFailed(str(error)) from error
        if header is None:
            self._first_bytes = data
            return b""
        if header.address is not None and rules.believes(self.address):
            self.address = header.address
            self.port = header.port
            self.told = True
        self._proxy = None
        self._first_bytes = b""
        return data[header.length :]

    def peer(self) -> Peer:
        """Who the other end is, once `established`."""
        tls: Tls | None = None if self._tls is None else self._tls.details()
        return Peer(self.address, self.port, _local(self._transport), tls, announced=self.told)

    def pause_reading(self) -> None:
        """Leave incoming bytes in the kernel."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read incoming bytes again."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    # --- leaving

    @property
    def ready(self) -> bool:
        """Whether more may be written."""
        return not self._paused and not self._backlog

    @property
    def unsent_bytes(self) -> int:
        """The number of bytes that wait for the client."""
        return self._transport.get_write_buffer_size() + sum(map(len, self._backlog))

    def stalled(self, now: float, patience_s: float, *, closing: bool) -> bool:
        """Whether the client has read nothing for too long.  Call it now and then.

        Args:
            now: seconds of the monotonic clock.
            patience_s: how long is too long. closing: count also amounts below the high-water mark, because closing
                waits for them.
        """
        if self.ready and not closing:
            return False
        unsent = self.unsent_bytes
        if unsent != self._stalled_at:
            self._stalled_at = unsent
            self._stall_deadline = now + patience_s
            return False
        return unsent > 0 and now >= self._stall_deadline

    def write(self, data: bytes) -> None:
        """Send bytes, or keep them until the client has read enough."""
        if self._tls is None:
            self._transport.write(data)
        elif self.ready:
            self._seal(self._tls, memoryview(data))
        else:
            self._backlog.append(memoryview(data))

    def _seal(self, tls: TlsLayer, data: memoryview) -> None:
        try:
            while data:
                if self._paused:
                    self._backlog.appendleft(data)
                    return
                self._transport.write(tls.seal(data[:_PIECE_BYTES]))
                data = data[_PIECE_BYTES:]
        except TlsFailed:
            self._transport.abort()

    def paused(self) -> None:
        """Called when the transport holds more than `high_water`."""
        self._paused = True
        self._stalled_at = -1

    def resumed(self) -> None:
        """Called when the transport has sent its bytes."""
        self._paused = False
        self._stalled_at = -1
        while self._backlog and not self._paused and self._tls is not None:
            self._seal(self._tls, self._backlog.popleft())
        if self.ready:
            self._wake()
            if self._ending is not None:
                self._end(self._ending)

    async def drained(self) -> None:
        """Wait until more may be written, or the client has gone."""
        while not self.ready and not self._transport.is_closing():
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    async def flushed(self) -> None:
        """Wait until the kernel has taken every byte, or the client has gone."""
        if self._transport.is_closing():
            return
        # The transport reports only the crossing of a limit, so the limit is zero for a while.
        self._transport.set_write_buffer_limits(high=0)
        await self.drained()
        if not self._transport.is_closing():
            self._transport.set_write_buffer_limits(high=self._high_water)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def shut(self) -> None:
        """Send the waiting bytes, then announce the end to the client.  Its bytes can still be read."""
        self._end(self._transport.write_eof)

    def close(self) -> None:
        """Send the waiting bytes, then close."""
        self._end(self._transport.close)

    def _end(self, ending: Callable[[], None]) -> None:
        self._ending = ending
        if self._backlog or self._transport.is_closing():
            return
        if self._tls is not None:
            self._transport.write(self._tls.shut())
        ending()

    def abort(self) -> None:
        """Close at once, and drop the waiting bytes."""
        self._transport.abort()

    def lost(self) -> None:
        """The connection is gone."""
        self._backlog.clear()
        self._paused = False
        self._wake()
