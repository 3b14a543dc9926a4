"""JSON as clients send it: within limits, with every digit of a whole number.

A decoded body of many empty lists, three bytes each, takes thirty times its size, and clients without a token may send
one.  So the memory of a decoded body is estimated from its bytes, before any value exists.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from strongroom.lib import json_weight
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.json_fault import json_fault

MAX_DEPTH = 300
"""Deeper nesting than any client sends.  Recursive functions rely on this limit."""


class TooComplex(InvalidRequest):
    """JSON that is over one of the limits on its complexity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits on the complexity of a client's JSON; 0 for no limit.

    Source: https://developer.hashicorp.com/vault/docs/configuration/listener/tcp, `max_json_…`
    """

    depth: int = MAX_DEPTH
    """Nesting of objects and lists.  Beyond `MAX_DEPTH` nothing is decoded at all."""
    string_bytes: int = 1024 * 1024
    """Of one string, in UTF-8.  Names count too."""
    entries: int = 10_000
    """Of one object."""
    elements: int = 10_000
    """Of one list."""
    strings: int = 0
    """The number of strings, including names."""
    memory_bytes: int = 64 * 1024 * 1024
    """Of the decoded body, as `json_weight` estimates it.

    Source: https://openbao.org/docs/configuration/listener/tcp/, `max_request_json_memory`
    """

    harmless_bytes: int = field(init=False, compare=False, repr=False)
    """A body up to this size can't exceed any limit, because each counted thing takes some bytes."""

    def __post_init__(self) -> None:
        bounds = [(self.string_bytes, 1), (self.entries, 4), (self.elements, 2), (self.strings, 3)]
        if self.depth < MAX_DEPTH:
            bounds.append((self.depth, 2))
        most = min((limit * size for limit, size in bounds if limit), default=1 << 62)
        if self.memory_bytes:
            most = min(most, self.memory_bytes // json_weight.MOST_OF_A_BYTE)
        object.__setattr__(self, "harmless_bytes", most)


_decoder = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder(order="sorted")
_plain_encoder = msgspec.json.Encoder()


def loads(text: bytes) -> Any:
    """Decode.  Raises `InvalidRequest` if the text isn't JSON or UTF-8, or is nested deeper than `MAX_DEPTH`."""
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and json_weight.depth(text) > MAX_DEPTH:
        raise InvalidRequest(f"JSON is nested deeper than {MAX_DEPTH} levels, which is fixed")
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(json_fault(text, str(error))) from error


def loads_within(text: bytes, limits: Limits) -> Any:
    """Decode a client's body, unless it is too complex.

    Raises: `InvalidRequest`, as `loads` and `check` do.
    """
    if len(text) <= limits.harmless_bytes:
        return loads(text)
    if limits.memory_bytes and json_weight.heavier(text, limits.memory_bytes):
        raise TooComplex(
            "refused JSON input due to high complexity: exceeded max_request_json_memory: "
            f"{limits.memory_bytes} bytes is the most"
        )
    value = loads(text)
    if _may_exceed(text, limits):
        check(value, limits)
    return value


def _may_exceed(text: bytes, limits: Limits) -> bool:
    """Whether a limit may be exceeded.  The counts are never too small, so most bodies need no `check`."""
    # What was decoded isn't nested deeper than `MAX_DEPTH`: a long list of flat objects needs no `check`.
    deepest = min(text.count(b"[") + text.count(b"{"), MAX_DEPTH)
    return (
        (0 < limits.depth < deepest)
        or (0 < limits.string_bytes < len(text))
        or (0 < limits.entries < text.count(b":"))
        or (0 < limits.elements <= text.count(b","))
        or (0 < limits.strings * 2 < text.count(b'"'))
    )


def check(value: Any, limits: Limits) -> None:
    """Refuse a decoded value that is too complex.

    Raises: `TooComplex`, in the words of Vault's API.
    """
    strings = 0
    # The list around the value isn't part of it, so it doesn't count as a level.
    depth, level = -1, [[value]]
    while level:
        depth += 1
        if limits.depth and depth > limits.depth:
            raise TooComplex(f"JSON input exceeds allowed nesting depth: {limits.depth} is the most (max_json_depth)")
        below: list[Any] = []
        for each in level:
            texts = _texts(each, limits)
            strings += len(texts)
            if limits.strings and strings > limits.strings:
                raise TooComplex(
                    "refused JSON input due to high complexity: exceeded maximum number of strings: "
                    f"{limits.strings} is the most (max_request_json_strings)"
                )
            if limits.string_bytes and texts and _longer(max(texts, key=len), limits.string_bytes, texts):
                raise TooComplex(
                    f"JSON string value exceeds allowed length: {limits.string_bytes} bytes is the most "
                    "(max_json_string_value_length)"
                )
            below += [item for item in _items(each) if type(item) is dict or type(item) is list]
        level = below


def _items(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if type(container) is dict else container


def _texts(container: dict[str, Any] | list[Any], limits: Limits) -> list[str]:
    """The strings of an object or list itself, including an object's names."""
    if type(container) is dict:
        if limits.entries and len(container) > limits.entries:
            raise TooComplex(
                f"JSON object exceeds allowed entry count: {limits.entries} is the most (max_json_object_entry_count)"
            )
    elif limits.elements and len(container) > limits.elements:
        raise TooComplex(
            f"JSON array exceeds allowed element count: {limits.elements} is the most (max_json_array_element_count)"
        )
    texts = [item for item in _items(container) if type(item) is str]
    return [*container, *texts] if type(container) is dict else texts


def _longer(longest: str, limit_bytes: int, texts: list[str]) -> bool:
    """Whether one of the strings is too long; `longest` has the most characters."""
    # A character takes one to four bytes, so most texts need no encoding.
    return len(longest) * 4 > limit_bytes and any(
        len(text) > limit_bytes or (len(text) * 4 > limit_bytes and len(text.encode()) > limit_bytes) for text in texts
    )


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
    """The decoded value of a part that was encoded before, for the encoder that can't pass it through."""
    if isinstance(value, msgspec.Raw):
        return json.loads(bytes(value))
    raise TypeError(f"{type(value).__name__} is no JSON")
