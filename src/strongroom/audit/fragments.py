"""The two entries of a request that is answered as one before it was, in pieces between what differs (pure).

The time, the request's id and the client's port differ.  All else is encoded once, and pieces that many requests share
are shared.
"""

from __future__ import annotations

from typing import Final

import msgspec

_BEGIN: Final = b'{"time":"'
_PORT: Final = b',"remote_port":'


class Pieces(msgspec.Struct, frozen=True, gc=False):
    """One entry."""

    before_id: tuple[bytes, ...]
    """What stands between the time and the request's id."""
    before_port: tuple[bytes, ...]
    after: tuple[bytes, ...]

    def of(self, time: bytes, id_: bytes, port: bytes) -> bytes:
        """The entry of one more request.

        Args:
            time: as `timestamp` writes it. id_: the request's. port: the client's; empty if it has none.
        """
        if port:
            return b"".join((_BEGIN, time, *self.before_id, id_, *self.before_port, _PORT, port, *self.after))
        return b"".join((_BEGIN, time, *self.before_id, id_, *self.before_port, *self.after))


class Fragments(msgspec.Struct, frozen=True, gc=False):
    """Both entries as one device writes them."""

    request: Pieces
    response: Pieces

    @property
    def size(self) -> int:
        """Bytes of memory, without what all requests of the client share."""
        pieces = (piece for each in (self.request, self.response) for piece in each.before_port + each.after)
        return sum({id(piece): len(piece) for piece in pieces}.values())
