"""Unpacks values that the servers have packed: the first byte tells how (p).

Source: https://pkg.go.dev/github.com/hashicorp/vault/sdk/helper/compressutil
"""

from __future__ import annotations

import zlib
from typing import Final

from strongroom.importing.stopped.encoding import snappy
from strongroom.importing.stopped.encoding.protobuf import Malformed

UNPACKED_BYTES: Final = 256 * 1024 * 1024
"""The most that a value may unpack to.  Old tables of mounts are one value."""
_GZIP_WINDOW: Final = 31


def unpacked(data: bytes) -> bytes:
    """A value as it was before it was packed, or as it is.  Raises `Malformed`.

    What is packed by LZ4 or LZW is refused: the servers pack none of the rows in this way that are read here.
    """
    match data[:1]:
        case b"G":
            return _gunzip(data[1:])
        case b"S":
            return snappy.unpack_stream(data[1:], UNPACKED_BYTES)
        case b"4" | b"L":
            raise Malformed("it is packed by LZ4 or LZW, which isn't read")
    return data


def _gunzip(data: bytes) -> bytes:
    stream = zlib.decompressobj(_GZIP_WINDOW)
    try:
        found = stream.decompress(data, UNPACKED_BYTES)
    except zlib.error:
        raise Malformed("it doesn't unpack") from None
    if not stream.eof:
        raise Malformed("it unpacks to too much, or is cut off")
    return found
