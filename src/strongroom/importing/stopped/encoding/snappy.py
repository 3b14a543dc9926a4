"""Unpacks Snappy's streams, which are parts of its block format behind each other (p).

Source: https://github.com/google/snappy/blob/main/framing_format.txt and format_description.txt beside it
"""

from __future__ import annotations

from typing import Final

from strongroom.importing.stopped.encoding.protobuf import Malformed, varint

_HEAD: Final = b"\xff\x06\x00\x00sNaPpY"
_PACKED, _PLAIN = 0, 1
_SKIPPED: Final = range(0x80, 0x100)
"""Kinds of chunks that a reader passes over; the head may come again."""
_CHECKSUM_BYTES: Final = 4


def unpack_stream(data: bytes, most_bytes: int) -> bytes:
    """The original bytes of a stream.  Raises `Malformed`, also if there would be more than `most_bytes`.

    Its checksums aren't looked at: what is read here was authenticated by its encryption.
    """
    if not data.startswith(_HEAD):
        raise Malformed("it is no stream")
    found, at = bytearray(), 0
    while at < len(data):
        kind, size = data[at], int.from_bytes(data[at + 1 : at + 4], "little")
        chunk = data[at + 4 : at + 4 + size]
        if len(chunk) != size or at + 4 > len(data):
            raise Malformed("a chunk goes beyond the end")
        at += 4 + size
        if kind in {_PACKED, _PLAIN} and size < _CHECKSUM_BYTES:
            raise Malformed("a chunk has no checksum")
        content = chunk[_CHECKSUM_BYTES:]
        if kind == _PACKED:
            found += unpack(content, most_bytes - len(found))
        elif kind == _PLAIN:
            found += content
        elif kind not in _SKIPPED:
            raise Malformed("a chunk of an unknown kind")
        if len(found) > most_bytes:
            raise Malformed("it unpacks to too much")
    return bytes(found)


def unpack(data: bytes, most_bytes: int) -> bytes:
    """The original bytes of a block.  Raises `Malformed`, also if there would be more than `most_bytes`."""
    length, at = varint(data, 0)
    if length > most_bytes:
        raise Malformed("it unpacks to too much")
    found = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            size, at = _literal_size(data, at, tag >> 2)
            if size > len(data) - at:
                raise Malformed("a part goes beyond the end")
            found += data[at : at + size]
            at += size
        else:
            size, offset, at = _copy(data, at, tag)
            _repeat(found, size, offset)
        if len(found) > length:
            raise Malformed("it unpacks to more than it says")
    if len(found) != length:
        raise Malformed("it unpacks to less than it says")
    return bytes(found)


def _literal_size(data: bytes, at: int, size: int) -> tuple[int, int]:
    """How many bytes follow as they are: up to 60 by the tag itself, else by the one to four bytes behind it."""
    if size < 60:
        return size + 1, at
    width = size - 59
    if width > len(data) - at:
        raise Malformed("a part goes beyond the end")
    return int.from_bytes(data[at : at + width], "little") + 1, at + width


def _copy(data: bytes, at: int, tag: int) -> tuple[int, int, int]:
    """Size and distance of a copy of earlier bytes, and where the next part begins."""
    width = {1: 1, 2: 2, 3: 4}[tag & 3]
    if width > len(data) - at:
        raise Malformed("a part goes beyond the end")
    distance = int.from_bytes(data[at : at + width], "little")
    if tag & 3 == 1:
        return (tag >> 2 & 7) + 4, (tag >> 5) << 8 | distance, at + width
    return (tag >> 2) + 1, distance, at + width


def _repeat(found: bytearray, size: int, offset: int) -> None:
    if not 0 < offset <= len(found):
        raise Malformed("a copy begins before the first byte")
    # The source may reach into what is being copied: then it repeats.
    start = len(found) - offset
    piece = bytes(found[start : start + size])
    while len(piece) < size:
        piece += piece[: size - len(piece)]
    found += piece
