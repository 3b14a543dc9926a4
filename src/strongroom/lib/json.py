"""JSON as clients send it: within limits, with every digit of a whole number."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from strongroom.lib.errors import InvalidRequest

MAX_DEPTH = 300
"""Deeper nesting than any client sends; what walks a body recursively rests on it."""

_decoder = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder(order="sorted")
_plain_encoder = msgspec.json.Encoder()


def loads(text: bytes) -> Any:
    """Decode.  Raises `InvalidRequest` for what is no JSON, isn't UTF-8, or is nested deeper than `MAX_DEPTH`."""
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise InvalidRequest(f"JSON is nested deeper than {MAX_DEPTH} levels")
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(str(error)) from error


def dumps(value: Any) -> bytes:
    """Encode, names sorted."""
    try:
        return _encoder.encode(value)
    except OverflowError:  # whole numbers beyond 64 bits, which msgspec reads but doesn't write
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def dumps_unsorted(value: Any) -> bytes:
    """Encode, names in the order they have."""
    try:
        return _plain_encoder.encode(value)
    except OverflowError:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_raw).encode()


def _raw(value: object) -> Any:
    """What was encoded before it was put in, for the encoder that doesn't know how to pass it through."""
    if isinstance(value, msgspec.Raw):
        return json.loads(bytes(value))
    raise TypeError(f"{type(value).__name__} is no JSON")


def _depth(text: bytes) -> int:
    """The deepest nesting of brackets outside strings."""
    depth = deepest = 0
    inside = escaped = False
    for byte in text:
        if inside:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                inside = False
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
