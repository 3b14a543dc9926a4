"""Rows of revoked certificates."""

from __future__ import annotations

from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.revocation.records import RevokedRecord
from strongroom.sdk import View

REVOKED = "revoked/"


async def revoked_of(view: View, serial: int) -> RevokedRecord | None:
    """What is known of a certificate that was revoked; None if it wasn't."""
    return await view.read(REVOKED + serials.row(serial), RevokedRecord)


def keep(view: View, serial: int, record: RevokedRecord) -> None:
    """Store that a certificate was revoked, and that it is to be forgotten some time after its end."""
    row = serials.row(serial)
    view.write(REVOKED + row, record)
    # One that isn't stored has no entry in the index by time yet.
    view.write(certificate_rows.expiry_row(row, record.not_after), certificate_rows.ENTRY)


def remove(view: View, serial: int) -> None:
    """Forget that a certificate was revoked."""
    view.delete(REVOKED + serials.row(serial))
