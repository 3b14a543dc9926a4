"""Requests from bytes, as they arrive, without I/O.

The usual request arrives whole in one piece, and is parsed in one pass: one search for the empty line, one split, one
slice for the body.  Pieces are searched again only where a match could begin, so a client that sends single bytes costs
only linear time.

Source: RFC 9112.
"""

from __future__ import annotations

from strongroom.http.chunked import ChunkedBody
from strongroom.http.head import CHUNKED, HEAD_BYTES, LONG_LINE, Head, RequestLimits, RequestRefused, parse_head
from strongroom.http.message import HttpRequest, Peer

__all__ = ["RequestLimits", "RequestParser", "RequestRefused"]


class RequestParser:
    """Reads the requests of one connection, in order.

    After `RequestRefused` the connection's framing is lost and the parser must not be used again.

    Args:
        limits: the size limits. peer: becomes the `peer` of every request.
    """

    __slots__ = (
        "_allowed",
        "_anybodys",
        "_at",
        "_begun",
        "_body",
        "_chunks",
        "_data",
        "_head",
        "_limits",
        "_peer",
        "_scanned",
        "_skipped_line",
        "last",
    )

    def __init__(self, limits: RequestLimits, peer: Peer) -> None:
        self._limits = limits
        self._peer = peer
        # Whatever unknown clients may send, the limit for all clients applies too.
        self._allowed = self._anybodys = min(limits.max_unauthenticated_request_size, limits.max_request_size)
        self._data: bytes | bytearray = b""
        self._at = 0
        self._scanned = 0
        self._skipped_line = False
        self._head: Head | None = None
        self._begun = False
        self._body: bytearray | None = None
        self._chunks: ChunkedBody | None = None
        self.last: Head | None = None
        """The head of the request that `receive` returned last."""

    @property
    def idle(self) -> bool:
        """Whether nothing of another request has arrived."""
        return self._head is None and self._at == len(self._data)

    @property
    def fresh(self) -> bool:
        """Whether nothing at all has arrived since the last request, and no empty line either."""
        return self._head is None and self._at == len(self._data) and not self._skipped_line

    @property
    def peer(self) -> Peer:
        """The other end, which every request names."""
        return self._peer

    @property
    def in_body(self) -> bool:
        """Whether a head was read whose body is incomplete."""
        return self._head is not None

    @property
    def buffered_bytes(self) -> int:
        """The memory of the received bytes of the next requests."""
        body = self._body if self._chunks is None else self._chunks.body
        return len(self._data) - self._at + (0 if body is None else len(body))

    @property
    def head(self) -> Head | None:
        """The head of the request whose body is incomplete."""
        return self._head

    @property
    def needs_leave(self) -> bool:
        """Whether the body is larger than unknown clients may send.  No more of it is taken before `grant`."""
        if self._head is None:
            return False
        return self._head.body_bytes > self._allowed or (self._chunks is not None and self._chunks.too_large)

    @property
    def granted(self) -> bool:
        """Whether this request may have a larger body."""
        return self._allowed > self._anybodys

    def grant(self) -> None:
        """Allow this request's body up to the limit for all clients."""
        self._allowed = self._limits.max_request_size
        if self._chunks is not None:
            self._chunks.allow(self._allowed)

    @property
    def awaits_continue(self) -> bool:
        """Whether the client waits for status 100 before it sends its body (RFC 9110, section 10.1.1)."""
        # A client that has begun to send no longer waits.
        return self._head is not None and self._head.expects_continue and not self._begun

    def append(self, data: bytes) -> None:
        """Keep bytes for a later `receive`."""
        if self._at == len(self._data):
            self._data = data
        elif isinstance(self._data, bytearray):
            del self._data[: self._at]
            self._data += data
        else:
            self._data = bytearray(self._data[self._at :])
            self._data += data
        self._at = 0

    def taken(self) -> bytes:
        """Bytes that were kept for a later `receive`, which get no request out of them any more."""
        rest = bytes(self._data[self._at :])
        self._data, self._at = b"", 0
        return rest

    def put_back(self, data: bytes) -> None:
        """Take bytes that arrived before those which are kept for a later `receive`."""
        self._data = data + bytes(self._data[self._at :])
        self._at = 0

    def receive(self, data: bytes = b"") -> HttpRequest | None:
        """Take received bytes, and return the next request, or None if it isn't complete.

        Bytes after the request are kept; call again, with nothing, for the request that may be in them.

        Raises: `RequestRefused`.
        """
        if data:
            self.append(data)
        elif self._at == len(self._data):
            return None
        head = self._head
        if head is None:
            head = self._read_head()
            if head is None:
                return None
            self._allowed = self._anybodys
        begun = self._begun or self._at < len(self._data)
        body = self._read_body(head)
        if body is None:
            self._head = head
            self._begun = begun
            return None
        self._head = None
        self._begun = False
        self.last = head
        return HttpRequest(head.method, head.path, head.query, head.headers, body, self._peer)

    def _read_head(self) -> Head | None:
        data = self._data
        at = self._at
        # A second empty line is refused wherever the bytes were cut.
        while data[at : at + 1] == b"\r" and (begin := self._skip_line()) != at:
            at = begin
        end = data.find(b"\r\n\r\n", at + self._scanned)
        size = (len(data) if end < 0 else end) - at
        if size > self._limits.max_header_bytes:
            self._refuse_long_head()
        if end < 0:
            self._check_partial_head()
            return None
        head = parse_head(bytes(data[at:end]), self._limits)
        self._at = end + 4
        self._scanned = 0
        self._skipped_line = False
        return head

    def _skip_line(self) -> int:
        """Skip one empty line before a request.

        Source: RFC 9112, section 2.2: old clients add one after a body.  More than one is no request.
        """
        start = self._data[self._at : self._at + 2]
        if start == b"\r\n" and not self._skipped_line:
            self._skipped_line = True
            self._scanned = 0
            self._at += 2
        elif start != b"\r":
            raise RequestRefused(400, "malformed request line")
        return self._at

    def _refuse_long_head(self) -> None:
        if self._data.find(b"\r\n", self._at, self._at + self._limits.max_request_line + 2) < 0:
            raise RequestRefused(414, LONG_LINE.format(most=self._limits.max_request_line))
        raise RequestRefused(
            431, f"request head is too large ({self._limits.max_header_bytes} bytes at the most, which is fixed)"
        )

    def _check_partial_head(self) -> None:
        """Refuse an invalid head at once, instead of waiting for its end until the time limit."""
        data = self._data
        # The search for a line end continues at its first byte, the search for the head's end at its third.
        fresh = bytes(data[self._at + self._scanned :])
        if fresh.translate(None, HEAD_BYTES):
            raise RequestRefused(400, "request head holds a byte that HTTP doesn't allow there")
        # The first byte of a new part may end a pair whose first half came before.
        halved = self._scanned > 0 and fresh.startswith(b"\n")
        if fresh.count(b"\n") - halved > fresh.count(b"\r\n"):
            raise RequestRefused(400, "request head holds a bare line feed or carriage return")
        self._scanned = max(0, len(data) - self._at - 3)

    def _read_body(self, head: Head) -> bytes | None:
        if not head.body_bytes:
            return b""
        if head.body_bytes == CHUNKED:
            return self._read_chunks()
        if head.body_bytes > self._allowed:
            return None
        data = self._data
        at = self._at
        body = self._body
        missing = head.body_bytes - (0 if body is None else len(body))
        taken = min(missing, len(data) - at)
        self._at = at + taken
        if body is None:
            if taken == missing:
                return bytes(data[at : at + taken])
            self._body = body = bytearray()
        with memoryview(data) as view:
            body += view[at : at + taken]
        if taken < missing:
            return None
        self._body = None
        return bytes(body)

    def _read_chunks(self) -> bytes | None:
        if self._chunks is None:
            self._chunks = ChunkedBody(self._limits, self._allowed)
        self._at = self._chunks.receive(self._data, self._at)
        if not self._chunks.done:
            return None
        body = bytes(self._chunks.body)
        self._chunks = None
        return body
