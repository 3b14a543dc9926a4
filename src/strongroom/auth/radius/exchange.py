"""Asking a RADIUS server, without blocking anybody else.

Each login has a socket of its own, connected to the server: the kernel drops what comes from another address or port,
and the port that answers go to is another each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import ipaddress
import socket
from typing import Any

from strongroom.auth.radius.packets import AUTHENTICATOR_BYTES, AccessRequest, Login, Verdict, access_request, verdict
from strongroom.auth.radius.records import RadiusConfig
from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.outgoing import Slots, Threads
from strongroom.lib.rand import Random

_RESEND_S = 3.0
"""A packet may get lost.  The same packet again is no second login to the server.  Source: RFC 5080, section 2.2.1"""
_MOST_WAITING = 64
"""Datagrams of one login that weren't looked at yet."""
_WHAT_CAME = {
    Verdict.FORGED: "what came in answer was not made with the configured secret",
    Verdict.UNSIGNED: (
        "its answer has no Message-Authenticator, so that it could have been forged; see require_message_authenticator"
    ),
}
_NOTHING_CAME = "it answers nothing to who isn't its client or has another secret"


class Exchange:
    """The RADIUS servers of one process's mounts.

    Args:
        random: of identifiers and authenticators. slots: the places of each mount before its server.
    """

    def __init__(self, random: Random, slots: Slots | None = None) -> None:
        self._random = random
        self.slots = slots or Slots("the RADIUS server")
        # Finding addresses blocks, and some mount's name may be one for which no name server ever answers.
        self._names = Threads("the name server", at_once=4, waiting=240)

    async def ask(self, lane: str, config: RadiusConfig, login: Login) -> Verdict:
        """What the server says of a login: `ACCEPTED`, `REJECTED` or `CHALLENGED`.

        Args:
            lane: whose places it takes: a mount's, because another one may ask the same server with a wrong secret.

        Raises: `UpstreamFailed` when it can't be reached or doesn't answer in time, `RateLimited` when too many wait.
        """
        async with self.slots.place(lane, total_s=config.dial_timeout_s + config.read_timeout_s):
            family, address = await self._address(lane, config)
            return await self._exchange(config, login, family, address)

    async def _address(self, lane: str, config: RadiusConfig) -> tuple[int, str]:
        """The family and the address of the server."""
        with contextlib.suppress(ValueError):
            ip = ipaddress.ip_address(config.host)
            return (socket.AF_INET if ip.version == 4 else socket.AF_INET6), config.host
        try:
            found = await self._names.run(
                lane,
                lambda: socket.getaddrinfo(config.host, config.port, type=socket.SOCK_DGRAM),
                within_s=config.dial_timeout_s,
            )
        except TimeoutError:
            raise UpstreamFailed("the address of the RADIUS server was not found in time") from None
        except (OSError, UnicodeError) as error:
            raise UpstreamFailed("the RADIUS server has no address", detail=str(error)) from error
        family, _, _, _, address = found[0]
        return family, str(address[0])

    async def _exchange(self, config: RadiusConfig, login: Login, family: int, address: str) -> Verdict:
        loop = asyncio.get_running_loop()
        try:
            transport, received = await loop.create_datagram_endpoint(
                _Received, remote_addr=(address, config.port), family=family
            )
        except OSError as error:
            raise UpstreamFailed("the RADIUS server cannot be reached", detail=str(error)) from error
        try:
            here = str(transport.get_extra_info("sockname")[0])
            request = access_request(
                dataclasses.replace(login, nas_address=here),
                config.secret.encode("utf-8"),
                self._random.bytes(1)[0],
                self._random.bytes(AUTHENTICATOR_BYTES),
            )
            return await _Conversation(request, received, config).answer(transport)
        finally:
            transport.close()


class _Received(asyncio.DatagramProtocol):
    """What comes to the socket of one login."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | Exception] = asyncio.Queue(_MOST_WAITING)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Keep it, unless somebody sends faster than it is read."""
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        """Keep that nothing listens there."""
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(exc)

    async def next(self) -> bytes:
        """The next datagram.  Raises what the socket reported."""
        came = await self._queue.get()
        if isinstance(came, Exception):
            raise came
        return came


class _Conversation:
    """One request and what comes in answer."""

    def __init__(self, request: AccessRequest, received: _Received, config: RadiusConfig) -> None:
        self._request = request
        self._received = received
        self._config = config
        self._dropped: Verdict | None = None

    async def answer(self, transport: asyncio.DatagramTransport) -> Verdict:
        """Send until a genuine answer comes.  What isn't one is dropped: nobody can end a login by forging."""
        try:
            async with asyncio.timeout(self._config.read_timeout_s):
                while True:
                    transport.sendto(self._request.wire)
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_RESEND_S):
                            return await self._genuine()
        except TimeoutError:
            why = _NOTHING_CAME if self._dropped is None else _WHAT_CAME[self._dropped]
            raise UpstreamFailed(f"the RADIUS server did not answer in time: {why}") from None
        except OSError as error:
            raise UpstreamFailed("the RADIUS server cannot be reached", detail=str(error)) from error

    async def _genuine(self) -> Verdict:
        needed = self._config.require_message_authenticator
        while True:
            found = verdict(self._request, await self._received.next(), require_message_authenticator=needed)
            if found not in _WHAT_CAME:
                return found
            self._dropped = found
