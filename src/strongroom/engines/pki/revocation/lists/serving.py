"""Lists as clients get them, kept in memory until others are made."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

from strongroom.crypto.certificates import certificate_of_der
from strongroom.crypto.revocation_lists import lists
from strongroom.engines.pki.revocation.lists import rows, scheduling
from strongroom.engines.pki.revocation.lists.gathering import part_of
from strongroom.engines.pki.revocation.lists.groups import Stream, list_id
from strongroom.engines.pki.revocation.lists.making import is_small, make
from strongroom.engines.pki.revocation.lists.signing import TooManyEntries
from strongroom.engines.pki.revocation.lists.spans import spans
from strongroom.engines.pki.revocation.lists.wanted import wanted
from strongroom.sdk import Request, View

SMALL_ENTRIES = 5_000
"""A list of so many entries is made by whoever reads it, in some milliseconds, so that it has all that was revoked."""
SMALL_NEW = 500
_PEM_PIECE = 48 * 1024


@dataclass(slots=True)
class Served:
    """A list, and what HTTP says of it."""

    number: int
    this_update: float
    next_update: float
    der: bytes = field(repr=False)
    etag: str
    _pem: bytes = field(default=b"", repr=False)

    async def pem(self) -> bytes:
        """The list in PEM, without a line feed at its end.  Made in pieces between which others are served."""
        if not self._pem:
            lines = [lists.PEM_HEAD]
            for at in range(0, len(self.der), _PEM_PIECE):
                lines.append(lists.pem_lines(self.der[at : at + _PEM_PIECE]))
                await asyncio.sleep(0)
            self._pem = b"".join((*lines, lists.PEM_FOOT))
        return self._pem


async def served(request: Request, stream: Stream, kind: str) -> Served | None:
    """The list that clients get now; None if there is none.

    A short list is made first if it is wanted.  A long one is given as it is: it is made beside the requests.
    """
    view, mount = request.view, request.mount.id
    now = request.received_at
    kinds = await wanted(view, stream, now, kind)
    if kinds:
        signed = await rows.signed_of(view, stream.id, kind)
        if signed is None or await is_small(view, stream.id, SMALL_ENTRIES, SMALL_NEW):
            request.once.outside(
                f"list {stream.id}", lambda: _made(view, mount, stream.id, now, kind, is_first=signed is None)
            )
    return await view.derived(("pki-served", stream.id, kind), lambda committed: _load(committed, stream.id, kind))


async def _made(view: View, mount: str, stream_id: str, now: float, kind: str, *, is_first: bool) -> bool:
    with contextlib.suppress(TooManyEntries):  # scheduled work fails by it, which is told; the last list still counts
        await make(view, mount, stream_id, now, asked=kind)
    if is_first:
        # From now on it is made again before it ends.
        await view.apart(lambda apart: scheduling.want(apart, mount, stream_id, now))
    return True


async def _load(view: View, stream_id: str, kind: str) -> Served | None:
    signed = await rows.signed_of(view, stream_id, kind)
    if signed is None:
        return None
    pieces = [signed.before]
    if signed.entries:
        for span in spans((signed.from_part, signed.from_offset), (signed.to_part, signed.to_offset)):
            data = await part_of(view, stream_id, signed.generation, span.part)
            pieces.append(data[span.first : span.last])
            await asyncio.sleep(0)
    return Served(
        number=signed.number,
        this_update=signed.this_update,
        next_update=signed.next_update,
        der=b"".join((*pieces, signed.after)),
        etag=f'"{signed.number}-{signed.made_with}-{kind}"',
    )


async def next_update(view: View, certificate: bytes) -> float:
    """When the complete list of an issuer ends, in seconds since the epoch; 0 if there is none yet.

    Args:
        certificate: the issuer's, in DER.  No other issuers are looked at: a mount may have thousands.
    """
    signed = await rows.signed_of(view, list_id(certificate_of_der(certificate)), rows.COMPLETE)
    return 0.0 if signed is None else signed.next_update
