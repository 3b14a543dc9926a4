"""What etcd's JSON gateway is sent, and what it answers (pure).

Bytes are in base64 and long integers in texts, as the JSON form of Protocol Buffers has them.
Source: https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from strongroom.lib.errors import StorageError

T = TypeVar("T")


class Header(msgspec.Struct, frozen=True):
    """The state of the store, of every answer."""

    revision: int = 0


class KeyValue(msgspec.Struct, frozen=True, gc=False):
    """A key; without its value if only keys were asked for."""

    key: bytes
    value: bytes = b""
    mod_revision: int = 0


class Range(msgspec.Struct, frozen=True):
    """The answer to one range."""

    kvs: list[KeyValue] = []
    more: bool = False


class Response(msgspec.Struct, frozen=True):
    """The answer to one operation of a transaction."""

    response_range: Range | None = None


class Transaction(msgspec.Struct, frozen=True):
    """The answer to a transaction.  What is false or empty is left out."""

    header: Header = Header()
    succeeded: bool = False
    responses: list[Response] = []


class Failure(msgspec.Struct, frozen=True):
    """An error.  Source: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md"""

    code: int = 0
    message: str = ""
    error: str = ""

    @property
    def told(self) -> str:
        """Its text, which older servers have in another field."""
        return self.message or self.error


class Token(msgspec.Struct, frozen=True):
    """The answer to a login."""

    token: str = ""

    def __repr__(self) -> str:
        return "Token()"


class Status(msgspec.Struct, frozen=True, rename={"db_size": "dbSize", "db_size_in_use": "dbSizeInUse"}):
    """The state of one server."""

    version: str = ""
    db_size: int = 0
    """Bytes of its database."""
    db_size_in_use: int = 0
    errors: list[str] = []
    """Alarms, as that of a database that has reached its quota."""


class Version(msgspec.Struct, frozen=True):
    """The answer of `/version`."""

    etcdserver: str = ""


_encoder = msgspec.json.Encoder()


def encode(message: Any) -> bytes:
    """A request's body."""
    return _encoder.encode(message)


def decode(body: bytes, form: type[T]) -> T:
    """An answer.  Raises `StorageError`."""
    try:
        return msgspec.json.decode(body, type=form, strict=False)
    except msgspec.MsgspecError as error:
        raise StorageError("the store failed", detail=f"etcd gave no usable answer: {len(body)} bytes") from error


def range_of(key: bytes, **fields: Any) -> dict[str, Any]:
    """An operation that reads."""
    return {"request_range": {"key": key, **fields}}


def put(key: bytes, value: bytes) -> dict[str, Any]:
    """An operation that writes."""
    return {"request_put": {"key": key, "value": value}}


def delete(key: bytes) -> dict[str, Any]:
    """An operation that removes."""
    return {"request_delete_range": {"key": key}}


def unchanged(key: bytes, revision: int) -> dict[str, Any]:
    """The condition that the key was last written at this revision of etcd's; 0: it isn't there."""
    return {"key": key, "target": "MOD", "result": "EQUAL", "mod_revision": revision}
