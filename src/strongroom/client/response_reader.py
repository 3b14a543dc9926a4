"""A response of HTTP/1.1 from bytes as they come, without I/O: for a client that waits, and for one on an event loop.

Source: RFC 9112.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Final

_HEAD_LIMIT_BYTES = 256 * 1024
"""Of a line, of all fields together, and of all trailers together."""
_BODILESS = frozenset({204, 304})
_SWITCHING_PROTOCOLS = 101
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}")
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\0\r]*)")
"""A line that continues another one is none: whoever passes it on would pass on a field of another name.

Source: RFC 9112, section 5
"""


class ProtocolError(Exception):
    """The other end doesn't speak HTTP/1.1, or stopped in the middle."""


class _Expecting(Enum):
    STATUS = auto()
    FIELD = auto()
    LENGTH = auto()
    CHUNK_SIZE = auto()
    CHUNK = auto()
    CHUNK_END = auto()
    TRAILER = auto()
    ALL = auto()
    NOTHING = auto()


class ResponseReader:
    """Reads one response.

    Args:
        method: the request's verb; an answer to `HEAD` has no body.
    """

    __slots__ = ("_body", "_buffer", "_expecting", "_head_bytes", "_left", "_method", "_open", "fields", "status")

    def __init__(self, method: str) -> None:
        self._method = method
        self._buffer = bytearray()
        self._body = bytearray()
        self._expecting = _Expecting.STATUS
        self._left = 0
        self._head_bytes = 0
        self._open = False
        self.status = 0
        """Of the response, once `started`."""
        self.fields: list[tuple[str, str]] = []
        """The header fields as they came, names included."""

    @property
    def started(self) -> bool:
        """Whether the head was read."""
        return self._expecting not in {_Expecting.STATUS, _Expecting.FIELD}

    @property
    def ended(self) -> bool:
        """Whether all of the response was read; some of its body may still wait to be taken."""
        return self._expecting is _Expecting.NOTHING

    @property
    def touched(self) -> bool:
        """Whether anything of it has come."""
        return self._expecting is not _Expecting.STATUS or bool(self._buffer)

    @property
    def reusable(self) -> bool:
        """Whether the connection can carry another request, once `ended`."""
        return self._open and not self._buffer

    @property
    def headers(self) -> dict[str, str]:
        """The header fields, names in lower case; of a repeated one, the last."""
        return {name.lower(): value for name, value in self.fields}

    @property
    def waiting_bytes(self) -> int:
        """How much of the body waits to be taken."""
        return len(self._body)

    def take(self) -> bytes:
        """What has come of the body since the last call."""
        block = bytes(self._body)
        self._body.clear()
        return block

    def receive(self, data: bytes) -> None:
        """Take bytes; none at all stand for the end of the stream.

        Raises: `ProtocolError` when what comes is no HTTP/1.1 response, or ends too early.
        """
        if not data:
            self._end()
            return
        self._buffer += data
        while self._buffer and _STEPS[self._expecting](self):
            pass

    def _end(self) -> None:
        if self._expecting is _Expecting.ALL:
            self._expecting = _Expecting.NOTHING
        elif not self.ended:
            raise ProtocolError("unexpected EOF" if self.touched else "EOF")
        self._open = False

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > _HEAD_LIMIT_BYTES:
                raise ProtocolError("a line of the response is too long")
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.removesuffix(b"\r")

    def _status(self) -> bool:
        line = self._line()
        if line is None:
            return False
        words = line.split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit() or len(words[1]) != 3:
            raise ProtocolError(f'malformed HTTP response "{line[:60].decode("ascii", "backslashreplace")}"')
        self.status = int(words[1])
        self._open = words[0] == b"HTTP/1.1"
        self.fields = []
        self._head_bytes = 0
        self._expecting = _Expecting.FIELD
        return True

    def _field(self) -> bool:
        line = self._line()
        if line is None:
            return False
        if not line:
            self._frame()
            return True
        self._count(line)
        field = _FIELD.fullmatch(line)
        if field is None:
            raise ProtocolError("malformed header in the response")
        self.fields.append((field[1].decode("ascii"), field[2].decode("latin-1").strip()))
        return True

    def _count(self, line: bytes) -> None:
        self._head_bytes += len(line)
        if self._head_bytes > _HEAD_LIMIT_BYTES:
            raise ProtocolError("malformed header in the response")

    def _frame(self) -> None:
        """Decide how the body is framed.  Source: RFC 9112, section 6.3."""
        if self.status == _SWITCHING_PROTOCOLS:
            raise ProtocolError("the server switches to another protocol")
        if self.status < 200:
            self._expecting = _Expecting.STATUS  # an interim response, before the one that is meant
            return
        headers = self.headers
        options = {option.strip() for option in headers.get("connection", "").lower().split(",")}
        self._open = self._open and "close" not in options
        lengths = {value for name, value in self.fields if name.lower() == "content-length"}
        if self._method == "HEAD" or self.status in _BODILESS:
            self._expecting = _Expecting.NOTHING
        elif "transfer-encoding" in headers:
            if headers["transfer-encoding"].lower() != "chunked":
                raise ProtocolError("unsupported transfer encoding in the response")
            # With both framings, somebody in between may have read the other one.
            self._open = self._open and not lengths
            self._expecting = _Expecting.CHUNK_SIZE
        elif lengths:
            self._expect_length(lengths)
        else:
            self._open = False
            self._expecting = _Expecting.ALL

    def _expect_length(self, lengths: set[str]) -> None:
        length = lengths.pop()
        if lengths or not (length.isascii() and length.isdigit() and len(length) < 19):
            raise ProtocolError("malformed Content-Length in the response")
        self._left = int(length)
        self._expecting = _Expecting.LENGTH if self._left else _Expecting.NOTHING

    def _move(self) -> None:
        """Bring what has come of a counted part to the body."""
        count = min(self._left, len(self._buffer))
        with memoryview(self._buffer) as view:
            self._body += view[:count]
        del self._buffer[:count]
        self._left -= count

    def _length(self) -> bool:
        self._move()
        if not self._left:
            self._expecting = _Expecting.NOTHING
        return False

    def _chunk_size(self) -> bool:
        line = self._line()
        if line is None:
            return False
        size = line.split(b";")[0].strip()
        if not _CHUNK_SIZE.fullmatch(size):
            raise ProtocolError("malformed chunk in the response")
        self._left = int(size, 16)
        self._head_bytes = 0
        self._expecting = _Expecting.CHUNK if self._left else _Expecting.TRAILER
        return True

    def _chunk(self) -> bool:
        self._move()
        if not self._left:
            self._expecting = _Expecting.CHUNK_END
        return True

    def _chunk_end(self) -> bool:
        line = self._line()
        if line is None:
            return False
        if line:
            raise ProtocolError("malformed chunk in the response")
        self._expecting = _Expecting.CHUNK_SIZE
        return True

    def _trailer(self) -> bool:
        line = self._line()
        if line is None:
            return False
        self._count(line)
        if not line:
            self._expecting = _Expecting.NOTHING
        return True

    def _all(self) -> bool:
        self._body += self._buffer
        self._buffer.clear()
        return False

    def _nothing(self) -> bool:
        return False


_STEPS: Final[Mapping[_Expecting, Callable[[ResponseReader], bool]]] = {
    _Expecting.STATUS: ResponseReader._status,
    _Expecting.FIELD: ResponseReader._field,
    _Expecting.LENGTH: ResponseReader._length,
    _Expecting.CHUNK_SIZE: ResponseReader._chunk_size,
    _Expecting.CHUNK: ResponseReader._chunk,
    _Expecting.CHUNK_END: ResponseReader._chunk_end,
    _Expecting.TRAILER: ResponseReader._trailer,
    _Expecting.ALL: ResponseReader._all,
    _Expecting.NOTHING: ResponseReader._nothing,
}
"""Each reads on, and returns whether the next one may find something."""
