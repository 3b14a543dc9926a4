"""Reading and writing the rows of issued certificates."""

from __future__ import annotations

from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates.records import CertificateEntry, CertificateRecord
from strongroom.sdk import View

CERTIFICATES = "cert/"
EXPIRY = "expiry/"


async def certificate_of(view: View, serial: int) -> CertificateRecord | None:
    """A certificate by its serial number, or None."""
    return await view.read(CERTIFICATES + serials.row(serial), CertificateRecord)


def keep(view: View, serial: int, record: CertificateRecord) -> None:
    """Store a certificate, and its entry in the index by time."""
    view.write(CERTIFICATES + serials.row(serial), record)
    view.write(_expiry_row(serial, record), CertificateEntry())


def remove(view: View, serial: int, record: CertificateRecord) -> None:
    """Delete a certificate, and its entry in the index by time."""
    view.delete(CERTIFICATES + serials.row(serial))
    view.delete(_expiry_row(serial, record))


def _expiry_row(serial: int, record: CertificateRecord) -> str:
    return f"{EXPIRY}{max(0, int(record.not_after)):016x}/{serials.row(serial)}"
