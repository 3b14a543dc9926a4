"""An entry as it is kept in a file (pure)."""

from __future__ import annotations

import msgspec

from strongroom.agent.serving.cache.entries import CachedAnswer
from strongroom.agent.serving.cache.holding import Held
from strongroom.agent.serving.cache.term import LeaseTerm


class CachedAnswerRecord(msgspec.Struct, frozen=True):
    """What outlives the process.  Its times are of the clock that all processes share."""

    key: bytes
    place: str
    namespace: str
    token: str
    held: Held
    full_s: float
    ends_at: float
    last: bool
    stored_at: float
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __repr__(self) -> str:
        return f"CachedAnswerRecord({self.place})"


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(CachedAnswerRecord)


def encoded(entry: CachedAnswer, behind_s: float) -> bytes:
    """An entry's record.

    Args:
        behind_s: how much has to be added to the monotonic clock for the time since the epoch.
    """
    term = entry.term
    return _encoder.encode(
        CachedAnswerRecord(
            key=entry.key,
            place=entry.place,
            namespace=entry.namespace,
            token=entry.token,
            held=entry.held,
            full_s=term.full_s,
            ends_at=term.ends_at + behind_s,
            last=term.last,
            stored_at=entry.stored_at,
            status=entry.status,
            headers=entry.headers,
            body=entry.body,
        )
    )


def decoded(content: bytes, behind_s: float) -> CachedAnswer:
    """The entry of a record.  It is due to be renewed at once, because only the server knows how it is by now.

    Raises: `msgspec.MsgspecError` for what is no record.
    """
    record = _decoder.decode(content)
    ends_at = record.ends_at - behind_s
    return CachedAnswer(
        key=record.key,
        place=record.place,
        namespace=record.namespace,
        token=record.token,
        held=record.held,
        # As after a failure: within a second it is tried.
        term=LeaseTerm(record.full_s, ends_at - record.full_s, ends_at, failures=1, last=record.last),
        stored_at=record.stored_at,
        status=record.status,
        headers=record.headers,
        body=record.body,
    )
