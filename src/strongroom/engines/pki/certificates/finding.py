"""Finding certificates by name, role, entity or end, by the index that has the fewest.

No search reads more than a bounded number of rows.  One that isn't through by then answers what it has found, and
where to go on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import msgspec

from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates.digests import digests_of
from strongroom.engines.pki.certificates.records import CertificateRecord
from strongroom.engines.pki.certificates.rows import CERTIFICATES, EXPIRY, NAMES, NOBODY, OWNERS, moment
from strongroom.engines.pki.revocation.revoked import revoked_of
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View

MOST_ROWS: Final = 2000
"""Certificates that one search reads."""
_PAGE: Final = 200


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which certificates are looked for.  What is empty doesn't matter."""

    name: str = ""
    """The common name or an alternative one, in its normal form."""
    common_name: str = ""
    """In any case."""
    role: str = ""
    entity_id: str = ""
    expires_before: int = 0
    """Seconds since the epoch."""
    valid_at: float = 0.0
    """Only those that end after this time, in seconds since the epoch, and weren't revoked."""
    after: str = ""
    """The serial number, as in keys of rows, of the last certificate that the client has seen."""
    limit: int = MOST_ROWS

    def fits(self, record: CertificateRecord) -> bool:
        """Whether a certificate is one of them, unless it was revoked (p)."""
        return (
            (not self.name or self.name == record.common_name.lower() or self.name in record.names)
            and (not self.common_name or record.common_name.lower() == self.common_name.lower())
            and (not self.role or record.role == self.role)
            and (not self.entity_id or record.entity_id == self.entity_id)
            and (not self.expires_before or record.not_after < self.expires_before)
            and (not self.valid_at or record.not_after > self.valid_at)
        )


class Found(msgspec.Struct, frozen=True):
    """Certificates by their serial numbers as in keys of rows, and whether there may be more."""

    records: dict[str, CertificateRecord]
    after: str = ""
    """Where a search goes on that wasn't through; empty if it was."""


async def find(view: View, sought: Sought) -> Found:
    """The certificates.  Raises `InvalidRequest` if `after` names none where the order is by time."""
    found: dict[str, CertificateRecord] = {}
    read = 0
    async for row in _candidates(view, sought):
        record = await view.read(CERTIFICATES + row, CertificateRecord)
        read += 1
        if record is not None and sought.fits(record) and await _counts(view, sought, row, record):
            found[row] = record
        if len(found) >= sought.limit or read >= MOST_ROWS:
            return Found(found, row)
    return Found(found)


async def _counts(view: View, sought: Sought, row: str, record: CertificateRecord) -> bool:
    """Whether a certificate wasn't revoked, if that matters."""
    return not sought.valid_at or await revoked_of(view, serials.parsed(row) or 0, record.certificate) is None


def _candidates(view: View, sought: Sought) -> AsyncIterator[str]:
    """Serial numbers, from the index that has the fewest."""
    if sought.common_name or sought.name:
        return _by_name(view, sought)
    if sought.entity_id or sought.role:
        return _by_owner(view, sought)
    if sought.expires_before or sought.valid_at:
        return _by_end(view, sought)
    return _below(view, CERTIFICATES, sought.after)


async def _by_name(view: View, sought: Sought) -> AsyncIterator[str]:
    digests = await digests_of(view)
    if digests is not None:
        async for row in _below(view, f"{NAMES}{digests.of_name(sought.common_name or sought.name)}/", sought.after):
            yield row


async def _by_owner(view: View, sought: Sought) -> AsyncIterator[str]:
    """By role, by entity, or by both.  The order is that of roles, then entities, then serial numbers."""
    seen = await view.read(CERTIFICATES + sought.after, CertificateRecord) if sought.after else None
    if sought.after and seen is None:
        raise _nobody(sought.after)
    role_then = (seen.role or NOBODY) if seen is not None else ""
    entity_then = (seen.entity_id or NOBODY) if seen is not None else ""
    for role in [f"{sought.role}/"] if sought.role else await view.list(OWNERS):
        if role.rstrip("/") < role_then:
            continue
        for entity in [f"{sought.entity_id}/"] if sought.entity_id else await view.list(OWNERS + role):
            same_role = role.rstrip("/") == role_then
            if same_role and entity.rstrip("/") < entity_then:
                continue
            begins_there = same_role and entity.rstrip("/") == entity_then
            async for row in _below(view, OWNERS + role + entity, sought.after if begins_there else ""):
                yield row


async def _by_end(view: View, sought: Sought) -> AsyncIterator[str]:
    after = moment(sought.valid_at)
    if sought.after:
        seen = await view.read(CERTIFICATES + sought.after, CertificateRecord)
        if seen is None:
            raise _nobody(sought.after)
        after = f"{moment(seen.not_after)}/{sought.after}"
    end = moment(sought.expires_before) if sought.expires_before else ""
    while names := await view.scan(EXPIRY, after, _PAGE):
        for name in names:
            at, _, row = name.partition("/")
            if end and at >= end:
                return
            yield row
        after = names[-1]


async def _below(view: View, folder: str, after: str) -> AsyncIterator[str]:
    while names := await view.list(folder, after, _PAGE):
        for name in names:
            yield name
        after = names[-1]


def _nobody(after: str) -> InvalidRequest:
    return InvalidRequest(
        f"no certificate has the serial number {after.replace('-', ':')} any more: begin without `after`"
    )


def row_of(text: str) -> str:
    """A serial number in any notation as in keys of rows; what is none stays as it is, and sorts where it sorts."""
    serial = serials.parsed(text)
    return text.replace(":", "-").lower() if serial is None else serials.row(serial)
