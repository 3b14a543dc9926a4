"""Records, which are decrypted rows, and frames of encrypted rows (pure).

A record has a type and a version.  Fields that this release doesn't know are kept in `unknown_` and written back in
their place, so that an older node doesn't drop fields of a newer one.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, TypeVar, Union

import msgspec

from strongroom.crypto.aead import NONCE_BYTES
from strongroom.lib.errors import Internal, InvalidRequest, Tampered

_UNKNOWN = "~unknown fields~"  # reserved: no field has this name
_UNKNOWN_BYTES = _UNKNOWN.encode()


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of structs inside records."""

    unknown_: dict[str, Any] = msgspec.field(default_factory=dict, name=_UNKNOWN)


class Record(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="~type"
):
    """Base of every stored record; a subclass names its type by `tag=`."""

    limit_bytes: ClassVar[int] = 64 * 1024
    """The largest size of a record; 0 for any size.

    Records that are cached decoded and read by every request must stay small.
    """

    version_: int = msgspec.field(default=1, name="~version")
    unknown_: dict[str, Any] = msgspec.field(default_factory=dict, name=_UNKNOWN)


R = TypeVar("R", bound=Record)

_encoder = msgspec.msgpack.Encoder()
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


@cache
def _decoder(type_: type[R]) -> msgspec.msgpack.Decoder[R]:
    return msgspec.msgpack.Decoder(type_)


def encode(record: Record) -> bytes:
    """The record's bytes, before encryption.  Raises `InvalidRequest` if it is too large for its type."""
    encoded = _encoder.encode(record)
    if _UNKNOWN_BYTES in encoded:
        encoded = _encoder.encode(_walk(msgspec.msgpack.decode(encoded), type(record), _hoist))
    if record.limit_bytes and len(encoded) > record.limit_bytes:
        kind = type(record).__struct_config__.tag
        raise InvalidRequest(
            f"too much to keep: {kind} takes {len(encoded)} bytes, where {record.limit_bytes} are the most"
        )
    return encoded


def decode(encoded: bytes, type_: type[R]) -> R:
    """The record in `encoded`.  Raises `Internal` if it has another type."""
    try:
        record: R = _decoder(type_).decode(encoded)
    except msgspec.ValidationError:
        pass  # a newer release wrote it, or it has another type; the slower decoding below tells which
    except _UNREADABLE as error:
        raise Internal("a stored record cannot be read", detail=f"{type_.__name__}: {type(error).__name__}") from error
    else:
        return record
    try:
        record = msgspec.convert(_walk(msgspec.msgpack.decode(encoded), type_, _absorb), type_)
    except _UNREADABLE as error:
        raise Internal("a stored record cannot be read", detail=f"{type_.__name__}: {error}") from error
    return record


_Step = Callable[[dict[str, Any], dict[str, Any], "type[msgspec.Struct]"], dict[str, Any]]
"""A function that gets the fields of one struct: those that its type knows, and the others."""


def _hoist(known: dict[str, Any], unknown: dict[str, Any], type_: type[msgspec.Struct]) -> dict[str, Any]:
    """Move the fields under the reserved name back to the known ones."""
    kept: dict[str, Any] = known.get(_UNKNOWN, {})
    return {name: item for name, item in known.items() if name != _UNKNOWN} | kept | unknown


def _absorb(known: dict[str, Any], unknown: dict[str, Any], type_: type[msgspec.Struct]) -> dict[str, Any]:
    """Move fields that the type doesn't know under the reserved name."""
    tag = type_.__struct_config__.tag_field
    kept = {name: item for name, item in unknown.items() if name != tag}
    if tag in unknown:
        known[tag] = unknown[tag]
    return known | {_UNKNOWN: kept} if kept else known


def _walk(value: Any, type_: Any, step: _Step) -> Any:
    """Apply `step` to every struct in `value`, as `type_` declares them.  Keys of a free map aren't fields."""
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin in (Union, types.UnionType):
        struct = next((a for a in arguments if isinstance(a, type) and issubclass(a, msgspec.Struct)), None)
        return _walk(value, struct, step) if struct is not None else value
    if isinstance(value, dict) and isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        hints = typing.get_type_hints(type_)
        names = dict(zip(type_.__struct_encode_fields__, type_.__struct_fields__, strict=True))
        known = {name: _walk(item, hints[names[name]], step) for name, item in value.items() if name in names}
        return step(known, {name: item for name, item in value.items() if name not in names}, type_)
    if isinstance(value, dict) and origin is dict:
        return {key: _walk(item, arguments[1], step) for key, item in value.items()}
    if isinstance(value, list) and origin is tuple and len(value) == len(arguments) and arguments[-1] is not Ellipsis:
        return [_walk(item, inner, step) for item, inner in zip(value, arguments, strict=True)]
    if isinstance(value, list) and (origin is list or (origin is tuple and arguments[-1] is Ellipsis)):
        return [_walk(item, arguments[0], step) for item in value]
    return value


FORMAT = 1
SALT_BYTES = 16
HEADER_BYTES = 1 + 4 + 4 + SALT_BYTES + NONCE_BYTES


class Frame(msgspec.Struct, frozen=True, gc=False):
    """The header and the body of an encrypted row."""

    keyring: int
    term: int
    salt: bytes
    nonce: bytes
    ciphertext: bytes


def pack_header(keyring: int, term: int, salt: bytes) -> bytes:
    """The start of every row under one derived key: format, keyring id, term, salt."""
    return bytes([FORMAT]) + keyring.to_bytes(4, "big") + term.to_bytes(4, "big") + salt


def is_frame(value: bytes) -> bool:
    """Whether a stored row looks encrypted.  Counters and rows without content aren't."""
    return len(value) >= HEADER_BYTES and value[0] == FORMAT


def parse_frame(value: bytes) -> Frame:
    """Split a row's bytes.  Raises `Tampered` if no version of this program can have written them."""
    if not is_frame(value):
        raise Tampered("a stored record is truncated or of an unknown format")
    return Frame(
        keyring=int.from_bytes(value[1:5], "big"),
        term=int.from_bytes(value[5:9], "big"),
        salt=value[9 : 9 + SALT_BYTES],
        nonce=value[9 + SALT_BYTES : HEADER_BYTES],
        ciphertext=value[HEADER_BYTES:],
    )
