"""What supervisor and workers say to each other over a socket pair (p)."""

from __future__ import annotations

from typing import Any

import msgspec

STOP_DRAIN_S = 30.0
"""How long requests may go on after the node was told to stop."""

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
_LENGTH_BYTES = 4


class Message(msgspec.Struct, frozen=True):
    """One message.  A reply repeats the id of what it answers."""

    kind: str
    id: int = 0
    body: dict[str, Any] = {}
    secret: bytes = b""
    """A share or the root key."""

    def __repr__(self) -> str:
        return f"Message({self.kind} {self.id})"


class Framing:
    """Cuts a stream of bytes into messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete now.  Raises `ValueError` for what isn't one."""
        self._buffer += data
        out = []
        while len(self._buffer) >= _LENGTH_BYTES:
            length = int.from_bytes(self._buffer[:_LENGTH_BYTES], "big")
            if length > MAX_MESSAGE_BYTES:
                raise ValueError("a message between processes is too long")
            end = _LENGTH_BYTES + length
            if len(self._buffer) < end:
                break
            out.append(msgspec.msgpack.decode(bytes(self._buffer[_LENGTH_BYTES:end]), type=Message))
            del self._buffer[:end]
        return out


def pack(message: Message) -> bytes:
    """A message as it goes over the socket."""
    encoded = msgspec.msgpack.encode(message)
    return len(encoded).to_bytes(_LENGTH_BYTES, "big") + encoded
