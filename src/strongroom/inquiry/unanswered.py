"""Requests without their response so far, in a log that is read line by line (pure)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

_KEPT_BYTES = 64 << 20
"""A server serves thousands at once.  If more wait, their responses are in another file."""
_OVERHEAD_BYTES = 200


class Unanswered:
    """Lines of requests, until those of their answers come."""

    def __init__(self, kept_bytes: int = _KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._lines: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def asked(self, id_: str, line: bytes) -> Iterator[bytes]:
        """Keep a request; yields the oldest ones when there are too many."""
        self.answered(id_)
        self._lines[id_] = line
        self._bytes += len(line) + _OVERHEAD_BYTES
        while self._bytes > self._kept_bytes:
            yield self._remove(next(iter(self._lines)))

    def answered(self, id_: str) -> None:
        """The answer of a request has come."""
        if id_ in self._lines:
            self._remove(id_)

    def _remove(self, id_: str) -> bytes:
        line = self._lines.pop(id_)
        self._bytes -= len(line) + _OVERHEAD_BYTES
        return line

    def rest(self) -> Iterator[bytes]:
        """Those that have got no answer."""
        yield from self._lines.values()
