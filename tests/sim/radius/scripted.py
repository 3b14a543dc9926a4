"""A RADIUS server whose answers a test decides, on a loopback port."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from pyrad.packet import AccessAccept, AuthPacket

SECRET = b"canary-shared-secret"

Answers = Callable[[AuthPacket, bytes], Sequence[bytes]]
"""The datagrams that are sent in answer to a request, given with its bytes."""


def answer(
    request: AuthPacket, code: int = AccessAccept, *, signed: bool = True, secret: bytes = SECRET, **fields: Any
) -> bytes:
    """The bytes of an answer.

    Args:
        signed: whether it has a Message-Authenticator. fields: other `id` or `authenticator` than the request's.
    """
    reply = request.CreateReply(message_authenticator=signed)
    reply.code = code
    reply.secret = secret
    for name, value in fields.items():
        setattr(reply, name, value)
    return bytes(reply.ReplyPacket())


class ScriptedRadius(asyncio.DatagramProtocol):
    """The server.

    Attributes:
        answers: decides; a test may change it. requests: what came so far. arrived: set by the first request.
    """

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.requests: list[AuthPacket] = []
        self.raw: list[bytes] = []
        self.senders: list[tuple[str, int]] = []
        self.arrived = asyncio.Event()
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are sent by."""
        self._transport: Any = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer as the test wants it."""
        request = AuthPacket(packet=data, secret=SECRET)
        self.requests.append(request)
        self.raw.append(data)
        self.senders.append(addr)
        self.arrived.set()
        for reply in self.answers(request, data):
            self.send(reply, addr)

    def send(self, data: bytes, to: tuple[str, int]) -> None:
        """Send a datagram."""
        self._transport.sendto(data, to)


@contextlib.asynccontextmanager
async def scripted_radius(answers: Answers = lambda request, _: [answer(request)]) -> AsyncIterator[ScriptedRadius]:
    """Run the server until the block ends."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: ScriptedRadius(answers), ("127.0.0.1", 0))
    try:
        yield server
    finally:
        transport.close()
