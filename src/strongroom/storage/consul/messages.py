"""What Consul's transaction endpoint is sent, and what it answers (pure).

Source: https://developer.hashicorp.com/consul/api-docs/txn
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from strongroom.lib.errors import StorageError

T = TypeVar("T")


class Stored(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    """A key.  An absent one has index 0."""

    key: str
    value: bytes | None = None
    modify_index: int = 0


class Result(msgspec.Struct, frozen=True):
    """The answer to one operation."""

    kv: Stored | None = msgspec.field(default=None, name="KV")


class Fault(msgspec.Struct, frozen=True, rename="pascal"):
    """Why one operation failed, and with it all."""

    op_index: int = 0
    what: str = ""


class Answer(msgspec.Struct, frozen=True, rename="pascal"):
    """The answer to a transaction."""

    results: list[Result] | None = None
    errors: list[Fault] | None = None


class Itself(msgspec.Struct, frozen=True, rename="pascal"):
    """The answer of `/v1/agent/self`."""

    config: dict[str, Any] = {}


_encoder = msgspec.json.Encoder()


def encode(operations: list[dict[str, Any]]) -> bytes:
    """A transaction's body."""
    return _encoder.encode([{"KV": operation} for operation in operations])


def decode(body: bytes, form: type[T]) -> T:
    """An answer.  Raises `StorageError`."""
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.MsgspecError as error:
        raise StorageError("the store failed", detail=f"Consul gave no usable answer: {len(body)} bytes") from error
