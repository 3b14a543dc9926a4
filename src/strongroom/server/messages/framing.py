"""Cuts a stream of bytes into messages, and makes bytes of them (p)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from strongroom.lib.secret import Secret

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
_LENGTH_BYTES = 4


class Message(msgspec.Struct, frozen=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """One message.  What answers another repeats its `id`.

    Only its kind is shown: many hold key shares, keys or configuration files.
    """

    def __repr__(self) -> str:
        return type(self).__name__


T = TypeVar("T", bound=Message)


class Garbled(ValueError):
    """What came is no message of this direction; the text says why, and quotes none of it but a kind."""


class Framing(Generic[T]):
    """Turns what is received into messages.

    Args:
        kinds: the class of the one message, or the union of all, that come from there.
    """

    def __init__(self, kinds: Any) -> None:
        self._buffer = bytearray()
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(kinds, dec_hook=_read)

    def feed(self, data: bytes) -> list[T]:
        """The messages that are complete now.  Raises `Garbled`; what follows makes no sense either then."""
        self._buffer += data
        out: list[T] = []
        while len(self._buffer) >= _LENGTH_BYTES:
            length = int.from_bytes(self._buffer[:_LENGTH_BYTES], "big")
            if length > MAX_MESSAGE_BYTES:
                raise Garbled(f"a message of {length} bytes is too long")
            end = _LENGTH_BYTES + length
            if len(self._buffer) < end:
                break
            try:
                out.append(self._decoder.decode(bytes(self._buffer[_LENGTH_BYTES:end])))
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                raise Garbled(str(error)) from error
            del self._buffer[:end]
        return out


def pack(message: Message) -> bytes:
    """A message as it goes over the socket."""
    encoded = msgspec.msgpack.encode(message, enc_hook=_written)
    return len(encoded).to_bytes(_LENGTH_BYTES, "big") + encoded


def _written(value: object) -> object:
    match value:
        case Secret():
            return value.reveal()
        case Path():
            return str(value)
    raise TypeError(f"{type(value).__name__} is not part of a message")


def _read(kind: type, value: object) -> object:
    if kind is Secret and isinstance(value, bytes):
        return Secret(value)
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"expected {kind.__name__}")
