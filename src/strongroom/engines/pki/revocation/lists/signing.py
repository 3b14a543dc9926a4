"""Signs the lists of a stream: the complete one, and its delta."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from strongroom.crypto.revocation_lists import extensions
from strongroom.crypto.revocation_lists.lists import Frame, Statement, frame
from strongroom.crypto.revocation_lists.signers import signer
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.keys import rows as key_rows
from strongroom.engines.pki.revocation.config import config_of, seconds
from strongroom.engines.pki.revocation.lists import partitions, rows
from strongroom.engines.pki.revocation.lists.gathering import part_of
from strongroom.engines.pki.revocation.lists.groups import Stream
from strongroom.engines.pki.revocation.lists.spans import Place, Span, spans
from strongroom.engines.pki.revocation.lists.urls import delta_urls
from strongroom.engines.pki.revocation.records import CrlConfig, SignedList, StreamRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, replace

_THREAD = ThreadPoolExecutor(1, "pki-lists")
"""Signing needs no interpreter; one at a time leaves the other processors to requests."""


class TooManyEntries(InvalidRequest):
    """The settings allow no list of so many entries."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What goes into a list besides its entries."""

    config: CrlConfig
    issuer: IssuerRecord
    delta_urls: tuple[str, ...]
    point: tuple[str, ...] = ()
    """The URLs that certificates of a partition name; none for the list of everything."""

    @property
    def digest(self) -> str:
        """Tells other terms: a list by these is out of date then."""
        parts = (
            self.config.expiry,
            self.config.disable,
            self.config.enable_delta,
            self.issuer.id,
            self.issuer.key_id,
            self.issuer.revocation_signature_algorithm,
            self.delta_urls,
            *self.point,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


async def terms_of(view: View, stream: Stream) -> Terms | None:
    """The terms of a stream's lists; None if no issuer may sign them."""
    issuer = stream.group.signing
    if issuer is None:
        return None
    config = await config_of(view)
    urls = await delta_urls(view, issuer) if config.enable_delta and not config.disable else ()
    return Terms(config, issuer, urls, _point(config, stream))


def _point(config: CrlConfig, stream: Stream) -> tuple[str, ...]:
    """Each issuer of a group has URLs of its own: another one changes what the list of a partition says."""
    if stream.set_ < 0:
        return ()
    return tuple(partitions.url(config, stream.set_, stream.partition, each.id) for each in stream.group.issuers)


async def sign(view: View, stream: Stream, kind: str, now: float) -> bool:
    """Sign a list over the entries that are gathered, and store it.

    Returns: whether it was done.  Another process may have signed one meanwhile.

    Raises: `TooManyEntries`; `InvalidRequest` if the issuer can't sign as it is to.
    """
    terms = await view.apart(lambda apart: terms_of(apart, stream))
    state = await view.apart(lambda apart: rows.stream_of(apart, stream.id))
    if terms is None:
        return False
    if kind == rows.DELTA:
        start, listed = (state.base_part, state.base_offset), state.entries - state.base_entries
    else:
        start, listed = (0, 0), state.entries
    if terms.config.disable:
        start, listed = (state.part, state.offset), 0
    if 0 < terms.config.max_crl_entries < listed:
        raise TooManyEntries(f"a list would have {listed} entries, where max_crl_entries allows less")
    pieces = await _pieces(view, stream.id, state.generation, start, (state.part, state.offset))
    statement = Statement(
        issuer=stream.group.certificate.subject,
        this_update=now,
        next_update=now + seconds(terms.config.expiry),
        extensions=_extensions(stream, kind, terms, state),
    )
    made = await _framed(view, terms, statement, pieces)
    signed = SignedList(
        number=state.number + 1,
        this_update=now,
        next_update=now + seconds(terms.config.expiry),
        before=made.before,
        after=made.after,
        generation=state.generation,
        from_part=start[0],
        from_offset=start[1],
        to_part=state.part,
        to_offset=state.offset,
        entries=listed,
        made_with=terms.digest,
    )
    return await view.apart(lambda apart: _store(apart, stream.id, kind, signed))


async def _store(view: View, stream: str, kind: str, signed: SignedList) -> bool:
    state = await rows.stream_of(view, stream)
    if state.generation != signed.generation or state.number != signed.number - 1:
        return False
    changed = replace(state, number=signed.number)
    if kind == rows.COMPLETE:
        changed = replace(
            changed,
            base_number=signed.number,
            base_part=signed.to_part,
            base_offset=signed.to_offset,
            base_entries=signed.entries,
        )
        rows.whole_made(view, stream)
    rows.keep_stream(view, stream, changed)
    rows.keep_signed(view, stream, kind, signed)
    return True


async def _framed(view: View, terms: Terms, statement: Statement, pieces: list[bytes]) -> Frame:
    key = await view.apart(lambda apart: key_rows.loaded(apart, terms.issuer.key_id))
    signs = signer(key.loaded, terms.issuer.revocation_signature_algorithm)
    return await asyncio.get_running_loop().run_in_executor(_THREAD, frame, statement, pieces, signs)


def _extensions(stream: Stream, kind: str, terms: Terms, state: StreamRecord) -> tuple[bytes, ...]:
    found = []
    if key_id := stream.group.certificate.subject_key_id:
        found.append(extensions.authority_key_identifier(key_id))
    found.append(extensions.number(state.number + 1))
    if kind == rows.DELTA:
        found.append(extensions.delta_indicator(state.base_number))
    elif terms.delta_urls and stream.set_ < 0:
        found.append(extensions.freshest(terms.delta_urls))
    if terms.point:
        found.append(extensions.issuing_point(terms.point))
    return tuple(found)


async def _pieces(view: View, stream: str, generation: str, start: Place, end: Place) -> list[bytes]:
    """The entries between two places, in pieces.  Each is read in a transaction of its own: they don't change."""
    pieces = []
    for span in spans(start, end):

        async def read(apart: View, span: Span = span) -> bytes:
            return await part_of(apart, stream, generation, span.part)

        data = await view.apart(read)
        pieces.append(data[span.first : span.last])
        await asyncio.sleep(0)
    return pieces
