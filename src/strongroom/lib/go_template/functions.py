"""The functions that Vault adds to Go's, by name: their arguments and results (pure).

Source: https://developer.hashicorp.com/vault/docs/concepts/username-templating#functions
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from strongroom.lib.go_template.budget import check_size
from strongroom.lib.go_template.errors import FunctionFailed
from strongroom.lib.go_template.marked import Marked, begun, joined, plain
from strongroom.lib.go_template.timestamps import timestamp
from strongroom.lib.rand import Random, base62, uuid4

MOST_RANDOM: Final = 512
"""Characters of one `random`."""
_HASH_CHARACTERS: Final = 8
_UUID_FIXED: Final = (8, 13, 14, 18, 19, 23)
"""Places in a UUID of dashes, and of the digits of version and variant."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a function may see besides its arguments."""

    random: Random
    now: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function."""

    arguments: tuple[type, ...]
    call: Callable[..., Marked]
    """Gets the surroundings, then the arguments.  Raises `FunctionFailed`."""


def _random(around: Surroundings, length: int) -> Marked:
    if not 0 <= length <= MOST_RANDOM:
        raise FunctionFailed(f"expected a length of 0 to {MOST_RANDOM} but was {length}")
    return begun(base62(around.random, length).encode(), length)


def _uuid(around: Surroundings) -> Marked:
    marks = bytearray(b"\x01" * 36)
    for at in _UUID_FIXED:
        marks[at] = 0
    return Marked(uuid4(around.random).encode(), bytes(marks))


def _truncate(_: Surroundings, length: int, text: Marked) -> Marked:
    if length <= 0:
        raise FunctionFailed(f"max length must be > 0 but was {length}")
    return text.cut(length)[0]


def _truncate_sha256(_: Surroundings, length: int, text: Marked) -> Marked:
    if length <= _HASH_CHARACTERS:
        raise FunctionFailed(f"max length must be > {_HASH_CHARACTERS} but was {length}")
    if len(text) <= length:
        return text
    kept, hashed = text.cut(length - _HASH_CHARACTERS)
    digest = hashlib.sha256(hashed.data).hexdigest()[:_HASH_CHARACTERS]
    return joined((kept, begun(digest.encode(), hashed.random)))


def _sha256(_: Surroundings, text: Marked) -> Marked:
    return begun(hashlib.sha256(text.data).hexdigest().encode(), text.random)


def _base64(_: Surroundings, text: Marked) -> Marked:
    data = base64.b64encode(text.data)
    marks = bytearray(len(data))
    for at in range(len(text)):
        # Byte 0 of three is in characters 0 and 1, byte 1 in 1 and 2, byte 2 in 2 and 3.  It is whole at the second.
        marks[at // 3 * 4 + at % 3 + 1] = text.marks[at]
    return Marked(data, bytes(marks))


def _utf16le(_: Surroundings, text: Marked) -> Marked:
    return text.each(lambda character: character.encode("utf-16-le"))


def _uppercase(_: Surroundings, text: Marked) -> Marked:
    return Marked(text.data.upper(), text.marks) if text.data.isascii() else text.each(_upper)


def _lowercase(_: Surroundings, text: Marked) -> Marked:
    return Marked(text.data.lower(), text.marks) if text.data.isascii() else text.each(_lower)


def _upper(character: str) -> bytes:
    """One letter stays one letter, as in Go."""
    many = (character.upper(), character.title(), character)
    return next(each for each in many if len(each) == 1).encode()


def _lower(character: str) -> bytes:
    return character.lower()[0].encode()


def _replace(_: Surroundings, find: Marked, replacement: Marked, text: Marked) -> Marked:
    spans = _found(find.data, text.data)
    check_size(len(text) + len(spans) * len(replacement))
    parts: list[Marked] = []
    done = 0
    for start, end in spans:
        # A random character that is replaced is random no more: nobody has to guess which of several it was.
        parts += [Marked(text.data[done:start], text.marks[done:start]), replacement]
        done = end
    return joined([*parts, Marked(text.data[done:], text.marks[done:])])


def _found(find: bytes, data: bytes) -> list[tuple[int, int]]:
    if find:
        return [each.span() for each in re.finditer(re.escape(find), data)]
    # An empty text is found before each character, and at the end.
    starts = [at for at, byte in enumerate(data) if byte & 0xC0 != 0x80]
    return [(at, at) for at in [*starts, len(data)]]


def _timestamp(around: Surroundings, layout: Marked) -> Marked:
    try:
        return plain(timestamp(layout.data.decode(), around.now))
    except UnicodeDecodeError:
        raise FunctionFailed("the layout is not UTF-8") from None


FUNCTIONS: Final[Mapping[str, Function]] = {
    "base64": Function((Marked,), _base64),
    "lowercase": Function((Marked,), _lowercase),
    "random": Function((int,), _random),
    "replace": Function((Marked, Marked, Marked), _replace),
    "sha256": Function((Marked,), _sha256),
    "timestamp": Function((Marked,), _timestamp),
    "truncate": Function((int, Marked), _truncate),
    "truncate_sha256": Function((int, Marked), _truncate_sha256),
    "unix_time": Function((), lambda around: plain(str(int(around.now)))),
    "unix_time_millis": Function((), lambda around: plain(str(int(around.now * 1000)))),
    "uppercase": Function((Marked,), _uppercase),
    "utf16le": Function((Marked,), _utf16le),
    "uuid": Function((), _uuid),
}
