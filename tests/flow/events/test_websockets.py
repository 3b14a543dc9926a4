"""What a client sends by a WebSocket costs the server little, and ends in order."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from tests.flow.node import TestNode

UPGRADE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}
PING = Frame(Opcode.PING, b"")
CLOSE = Frame(Opcode.CLOSE, b"\x03\xe8")


async def sent(*frames: Frame) -> list[Frame]:
    """The frames that a client gets until the end, which sends these at once."""
    node = await TestNode.start()
    response = await node.application.answer(
        node.request("GET", "sys/events/subscribe/*", headers=UPGRADE), node.options
    )
    assert response.stream is not None
    assert response.receive is not None
    response.receive(b"".join(frame.serialize(mask=True) for frame in frames))
    reader = StreamReader()
    reader.feed_data(b"".join([piece async for piece in response.stream]))
    found = []
    while reader.buffer:
        parsing = Frame.parse(reader.read_exact, mask=False)
        with pytest.raises(StopIteration) as done:
            next(parsing)
        found.append(done.value.value)
    return found


async def test_a_ping_together_with_the_end_is_no_fault() -> None:
    """The end is answered, and a ping that came with it needs no answer any more."""
    (last,) = await sent(PING, CLOSE)
    assert (last.opcode, last.data) == (Opcode.CLOSE, b"\x03\xe8")


async def test_a_flood_of_small_frames_ends_the_subscription() -> None:
    """Thousands of frames in one read would keep the process from all other clients: they aren't looked at."""
    (last,) = await sent(*[PING] * 3000, CLOSE)
    assert last.opcode is Opcode.CLOSE
    assert last.data == b"\x03\xf0the client sends too much: this connection is for events"
