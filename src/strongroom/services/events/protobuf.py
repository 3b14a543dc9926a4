"""Events as protobuf messages `logical.EventReceived` (pure).

Four small messages don't need a library.  The numbers of the fields are those of Vault's SDK.

Source: https://protobuf.dev/programming-guides/encoding/,
https://github.com/hashicorp/vault/blob/main/sdk/logical/event.proto
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.barrier.outbox import Event

_LENGTH_DELIMITED = 2


def encode(id_: str, event: Event, namespace: str) -> bytes:
    """One event.

    Args:
        id_: its id.
        namespace: the path of its namespace.
    """
    data = _text(1, id_) + _message(2, _struct(event.metadata))
    plugin = (
        _text(1, event.mount_class)
        + _text(2, event.mount_accessor)
        + _text(3, event.mount_path)
        + _text(4, event.plugin)
        + _text(6, event.mount_version)
    )
    received = _message(1, data) + _text(2, namespace) + _text(3, event.type)
    return received + (_message(4, plugin) if plugin else b"")


def _struct(values: Mapping[str, str]) -> bytes:
    """A `google.protobuf.Struct` of texts: a map is repeated pairs of key and value."""
    return b"".join(
        _message(1, _text(1, name) + _message(2, _field(3, value.encode()))) for name, value in values.items()
    )


def _text(number: int, text: str) -> bytes:
    """A field of text.  An empty one is left out."""
    return _field(number, text.encode()) if text else b""


def _message(number: int, content: bytes) -> bytes:
    return _field(number, content)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
