"""Bodies that come in chunks.  Source: RFC 9112, section 7.1."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from strongroom.http.head import HEAD_BYTES, RequestLimits, RequestRefused, parse_fields

# This server skips extensions, as section 7.1.1 demands.  It still checks their form, as far as two readers could
# disagree on where the line ends.
_SIZE_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[\t\x20-\x7e]*)?")
_MAX_SIZE_LINE: Final = 1024
_STRANGERS_PART: Final = 8
"""The divisor of the limits before the client is known.

Sixty thousand one-byte chunks take a tenth of a second to read.
"""


class _Expecting(Enum):
    SIZE = auto()
    DATA = auto()
    DATA_END = auto()
    TRAILER = auto()
    NOTHING = auto()


class ChunkedBody:
    """Collects the chunks of one body.

    Args:
        limits: `max_request_size` bounds the data, `max_chunk_overhead` everything around it. allowed: the most data
            before `allow` is called.
    """

    __slots__ = (
        "_allowed",
        "_expecting",
        "_left",
        "_limits",
        "_overhead",
        "_trailer_bytes",
        "_trailers",
        "body",
        "too_large",
    )

    def __init__(self, limits: RequestLimits, allowed: int) -> None:
        self._limits = limits
        self._allowed = allowed
        self._expecting = _Expecting.SIZE
        self._left = 0
        self._overhead = 0
        self._trailers: list[str] = []
        self._trailer_bytes = 0
        self.body = bytearray()
        """The data so far."""
        self.too_large = False
        """Whether the next chunk or the number of chunks exceeds the allowed size."""

    @property
    def done(self) -> bool:
        """Whether the last line was read."""
        return self._expecting is _Expecting.NOTHING

    def allow(self, size: int) -> None:
        """Allow this much data in total."""
        self._allowed = size
        self.too_large = False

    def receive(self, data: bytes | bytearray, at: int) -> int:
        """Read on in `data` from index `at`.

        Returns: the index of the first unused byte.  Unless `done`, the caller keeps the bytes from there on until more
        arrive.

        Raises: `RequestRefused`.
        """
        while True:
            before = at
            match self._expecting:
                case _Expecting.SIZE:
                    at = self._size(data, at)
                case _Expecting.DATA:
                    at = self._data(data, at)
                case _Expecting.DATA_END:
                    at = self._data_end(data, at)
                case _Expecting.TRAILER:
                    at = self._trailer(data, at)
                case _Expecting.NOTHING:
                    return at
            if at == before:
                return at

    def _size(self, data: bytes | bytearray, at: int) -> int:
        end = data.find(b"\n", at, at + _MAX_SIZE_LINE)
        if end < 0:
            if len(data) - at >= _MAX_SIZE_LINE:
                raise RequestRefused(
                    400, f"chunk size line is too long ({_MAX_SIZE_LINE} bytes at the most, which is fixed)"
                )
            return at
        match = _SIZE_LINE.fullmatch(data, at, end - 1) if end > at and data[end - 1] == 0x0D else None
        if match is None:
            raise RequestRefused(400, "malformed chunk size")
        self._left = int(match[1], 16)
        if self._left > self._limits.max_request_size - len(self.body):
            raise RequestRefused(
                413, f"request body is too large: {self._limits.max_request_size} bytes is the most (max_request_size)"
            )
        # Two more for the line end after the data.
        overhead = self._overhead + end + 3 - at
        if self._left > self._allowed - len(self.body) or (
            self._allowed < self._limits.max_request_size
            and overhead > self._limits.max_chunk_overhead // _STRANGERS_PART
        ):
            self.too_large = True
            return at
        self._overhead = overhead
        if overhead > self._limits.max_chunk_overhead:
            raise RequestRefused(
                400,
                "chunks are too small or their extensions too long "
                f"({self._limits.max_chunk_overhead} bytes beside the data at the most, which is fixed)",
            )
        self._expecting = _Expecting.DATA if self._left else _Expecting.TRAILER
        return end + 1

    def _data(self, data: bytes | bytearray, at: int) -> int:
        taken = min(self._left, len(data) - at)
        with memoryview(data) as view:
            self.body += view[at : at + taken]
        self._left -= taken
        if not self._left:
            self._expecting = _Expecting.DATA_END
        return at + taken

    def _data_end(self, data: bytes | bytearray, at: int) -> int:
        found = data[at : at + 2]
        if not b"\r\n".startswith(found):
            raise RequestRefused(400, "chunk data doesn't end where its size says")
        if len(found) < 2:
            return at
        self._expecting = _Expecting.SIZE
        return at + 2

    def _trailer(self, data: bytes | bytearray, at: int) -> int:
        """Read one line.  Trailers are checked and dropped: merged into the fields they could replace a checked one."""
        room = self._limits.max_header_bytes - self._trailer_bytes
        end = data.find(b"\n", at, at + room)
        if end < 0:
            if len(data) - at >= room:
                raise RequestRefused(
                    431, f"trailers are too long ({self._limits.max_header_bytes} bytes at the most, which is fixed)"
                )
            return at
        line = bytes(data[at : end - 1])
        if end == at or data[end - 1] != 0x0D or b"\r" in line or line.translate(None, HEAD_BYTES):
            raise RequestRefused(400, "malformed trailer")
        self._trailer_bytes += end + 1 - at
        if line:
            self._trailers.append(line.decode("ascii"))
        else:
            parse_fields(self._trailers, self._limits)
            self._expecting = _Expecting.NOTHING
        return end + 1
