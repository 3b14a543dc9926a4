"""Rows of revoked certificates."""

from __future__ import annotations

from strongroom.engines.pki import serials
from strongroom.engines.pki.revocation.records import RevokedRecord
from strongroom.sdk import View

REVOKED = "revoked/"


async def revoked_of(view: View, serial: int) -> RevokedRecord | None:
    """What is known of a certificate that was revoked; None if it wasn't."""
    return await view.read(REVOKED + serials.row(serial), RevokedRecord)


def keep(view: View, serial: int, record: RevokedRecord) -> None:
    """Store that a certificate was revoked."""
    view.write(REVOKED + serials.row(serial), record)


def remove(view: View, serial: int) -> None:
    """Forget that a certificate was revoked."""
    view.delete(REVOKED + serials.row(serial))
