"""Go's packages `encoding/base64` and `encoding/base32`, whose errors say at which byte."""

from __future__ import annotations

import re
from base64 import b32decode
from binascii import a2b_base64
from dataclasses import dataclass
from typing import Final

from strongroom.template.values import data_of

_LINE_ENDS: Final = re.compile(rb"[\r\n]*+")
_PAD: Final = ord("=")


class NotEncoded(ValueError):
    """A text isn't in the encoding.  The message is Go's."""


@dataclass(frozen=True, slots=True)
class _Encoding:
    """Digits of which a full group is `group` long, and may end after so many with padding."""

    name: str
    digits: re.Pattern[bytes]
    group: int
    ends: frozenset[int]


_STANDARD: Final = _Encoding("base64", re.compile(rb"[A-Za-z0-9+/\r\n]*+"), 4, frozenset({2, 3}))
_URL: Final = _Encoding("base64", re.compile(rb"[A-Za-z0-9_\-\r\n]*+"), 4, frozenset({2, 3}))
_BASE32: Final = _Encoding("base32", re.compile(rb"[A-Z2-7\r\n]*+"), 8, frozenset({2, 4, 5, 7}))


def base64_decoded(text: str) -> bytes:
    """`base64.StdEncoding.DecodeString`.  Raises `NotEncoded`."""
    return a2b_base64(_checked(data_of(text), _STANDARD))


def base64_url_decoded(text: str) -> bytes:
    """`base64.URLEncoding.DecodeString`.  Raises `NotEncoded`."""
    return a2b_base64(_checked(data_of(text), _URL).translate(bytes.maketrans(b"-_", b"+/")))


def base32_decoded(text: str) -> bytes:
    """`base32.StdEncoding.DecodeString`.  Raises `NotEncoded`."""
    data = _checked(data_of(text), _BASE32)
    return b32decode(data.translate(None, b"\r\n"))


def _checked(data: bytes, encoding: _Encoding) -> bytes:
    at = _fault(data, encoding)
    if at is not None:
        raise NotEncoded(f"illegal {encoding.name} data at input byte {at}")
    return data


def _fault(data: bytes, encoding: _Encoding) -> int | None:
    """Where Go's decoder finds the first fault; None if there is none."""
    at = _end_of(encoding.digits, data, 0)
    filled = (at - data.count(b"\n", 0, at) - data.count(b"\r", 0, at)) % encoding.group
    if at == len(data):
        return len(data) - filled if filled else None
    if data[at] != _PAD or filled not in encoding.ends:
        return at
    return _fault_of_padding(data, at, encoding.group - filled)


def _fault_of_padding(data: bytes, at: int, wanted: int) -> int | None:
    """The fault of a text whose padding, of which so many are wanted, begins at `at`."""
    for _ in range(wanted - 1):
        after = _end_of(_LINE_ENDS, data, at + 1)
        if after == len(data):
            return after
        if data[after] != _PAD:
            return after - 1
        at = after
    after = _end_of(_LINE_ENDS, data, at + 1)
    return None if after == len(data) else after


def _end_of(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    assert match is not None  # it matches nothing, too
    return match.end()
