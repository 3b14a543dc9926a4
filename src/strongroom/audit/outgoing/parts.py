"""Long lines in parts, for receivers that cut or refuse them (pure).

    {"part":1,"parts":3,"line":"9f86d081884c7d65","text":"…"}

`text` of all parts, one after the other, is the line.  `line` is the beginning of the line's SHA-256, so parts of
several lines may be mixed or come twice, and whoever joins them knows whether the line is what was sent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest

PART: Final = b'{"part":'
_PART: Final = re.compile(rb'\{"part":([1-9][0-9]{0,8}),"parts":([1-9][0-9]{0,8}),"line":"([0-9a-f]{16})","text":"')
_DIGITS: Final = 16
_OVERHEAD_BYTES: Final = len('{"part":999999999,"parts":999999999,"line":"0123456789abcdef","text":""}')
_CHARACTER_BYTES: Final = 6
"""The most that one byte of a line takes in JSON: `\\u0000`."""
_MOST_WAITING_BYTES: Final = 256 * 1024 * 1024


def split(line: bytes, most: int) -> list[bytes]:
    """The line, or its parts if it is longer than `most` bytes.

    Args:
        line: without a newline. most: 0 for any length; else enough for a part with some text.
    """
    if not most or len(line) <= most:
        return [line]
    room = most - _OVERHEAD_BYTES
    if room < _CHARACTER_BYTES * 4:
        raise ValueError(f"{most} bytes have no room for a part")
    texts = list(_pieces(line.decode("utf-8", "replace"), room))
    digest = hashlib.sha256(line).hexdigest()[:_DIGITS].encode()
    return [
        b'{"part":%d,"parts":%d,"line":"%b","text":%b}' % (number, len(texts), digest, text)
        for number, text in enumerate(texts, 1)
    ]


def _pieces(text: str, room: int) -> Iterator[bytes]:
    """The text in JSON, in pieces that have room."""
    start = 0
    while start < len(text):
        count = room
        while True:
            piece = json.dumps_unsorted(text[start : start + count])
            if len(piece) - 2 <= room:
                break
            # Most characters take one byte or two: this finds a fitting number in a few steps.
            count = max(1, min(count - 1, count * room // (len(piece) - 2)))
        yield piece
        start += count


class _Waiting(msgspec.Struct):
    parts: int
    texts: dict[int, str]
    size: int = 0


class Joining:
    """Puts lines together from their parts.

    Args:
        most_bytes: what may wait for further parts.  Of more, the oldest line's parts are given as they are.
    """

    def __init__(self, most_bytes: int = _MOST_WAITING_BYTES) -> None:
        self._most_bytes = most_bytes
        self._waiting: dict[bytes, _Waiting] = {}
        self._bytes = 0
        self._done: set[bytes] = set()

    def lines(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines of a file.  A line that lacks parts is told by `missing`."""
        return map(self.line, lines)

    def line(self, line: bytes) -> bytes:
        """The line that a line of a file stands for: of parts the whole, where the last one stands.

        The other parts are a bare newline, so that lines keep their numbers.
        """
        joined = self._add(line.rstrip(b"\r\n")) if line.startswith(PART) else None
        return line if joined is None else joined or b"\n"

    @property
    def missing(self) -> tuple[str, ...]:
        """The lines of which parts are missing so far."""
        return tuple(
            f"{name.decode()}: {len(found.texts)} of its {found.parts} parts" for name, found in self._waiting.items()
        )

    def _add(self, line: bytes) -> bytes | None:
        """The whole line, if this is its last part; empty if others are missing; None if this is no part."""
        found = _PART.match(line)
        if found is None:
            return None
        number, parts, name = int(found[1]), int(found[2]), found[3]
        try:
            text = json.loads(line)["text"]
        except InvalidRequest:
            return None
        if name in self._done:
            return b""  # it came again
        known = self._waiting.setdefault(name, _Waiting(parts, {}))
        if number > parts or known.parts != parts:
            return None
        if number not in known.texts:
            known.texts[number] = text
            known.size += len(line)
            self._bytes += len(line)
        if len(known.texts) < parts:
            self._make_room()
            return b""
        self._forget(name)
        whole = "".join(known.texts[each] for each in range(1, parts + 1)).encode()
        if hashlib.sha256(whole).hexdigest()[:_DIGITS].encode() != name:
            return line
        self._done.add(name)
        return whole

    def _make_room(self) -> None:
        while self._bytes > self._most_bytes:
            self._forget(next(iter(self._waiting)))

    def _forget(self, name: bytes) -> None:
        self._bytes -= self._waiting.pop(name).size
