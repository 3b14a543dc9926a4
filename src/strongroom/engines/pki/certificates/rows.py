"""Reading and writing the rows of issued certificates."""

from __future__ import annotations

from typing import Final

from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates.digests import Digests, made_digests
from strongroom.engines.pki.certificates.records import CertificateEntry, CertificateMetadata, CertificateRecord
from strongroom.sdk import Random, Request, View, replace

CERTIFICATES: Final = "cert/"
EXPIRY: Final = "expiry/"
METADATA: Final = "cert-metadata/"
NAMES: Final = "cert-name/"
OWNERS: Final = "cert-owner/"
NOBODY: Final = "-"
"""Stands for no role, or no entity."""
ENTRY: Final = CertificateEntry()


async def certificate_of(view: View, serial: int) -> CertificateRecord | None:
    """A certificate by its serial number, or None."""
    return await view.read(CERTIFICATES + serials.row(serial), CertificateRecord)


def keep(view: View, serial: int, record: CertificateRecord) -> None:
    """Store a certificate, and its entry in the index by time."""
    view.write(CERTIFICATES + serials.row(serial), record)
    view.write(expiry_row(serials.row(serial), record.not_after), ENTRY)


def keep_end(view: View, serial: int, not_after: float) -> None:
    """Store the entry in the index by time alone, for what is known of a certificate that isn't stored."""
    view.write(expiry_row(serials.row(serial), not_after), ENTRY)


async def add(request: Request, random: Random, serial: int, record: CertificateRecord) -> None:
    """Store a certificate so that it is found by its names, role and entity too."""
    digests = await made_digests(request, random)
    keep(request.view, serial, replace(record, indexed=True))
    for row in _index_rows(serials.row(serial), record, digests):
        request.view.write(row, ENTRY)


def keep_metadata(view: View, serial: int, metadata: CertificateMetadata) -> None:
    """Store what a client wants kept with a certificate, with an entry in the index by time."""
    view.write(METADATA + serials.row(serial), metadata)
    view.write(expiry_row(serials.row(serial), metadata.not_after), ENTRY)


async def metadata_of(view: View, serial: int) -> CertificateMetadata | None:
    """What was kept with a certificate, or None."""
    return await view.read(METADATA + serials.row(serial), CertificateMetadata)


def remove(view: View, row: str, record: CertificateRecord, digests: Digests | None) -> None:
    """Delete a certificate, and its entries in all indexes.

    Args:
        row: its serial number as in keys of rows.
    """
    view.delete(CERTIFICATES + row)
    view.delete(expiry_row(row, record.not_after))
    if record.indexed and digests is not None:
        for each in _index_rows(row, record, digests):
            view.delete(each)


def expiry_row(row: str, not_after: float) -> str:
    """The key of an entry in the index by time."""
    return f"{EXPIRY}{moment(not_after)}/{row}"


def moment(seconds: float) -> str:
    """A time in keys of rows, which sort by it."""
    return f"{max(0, int(seconds)):016x}"


def _index_rows(row: str, record: CertificateRecord, digests: Digests) -> list[str]:
    names = (record.common_name, *record.names) if record.common_name else record.names
    found = [f"{NAMES}{digests.of_name(name)}/{row}" for name in names]
    if record.role or record.entity_id:
        found.append(f"{OWNERS}{record.role or NOBODY}/{record.entity_id or NOBODY}/{row}")
    return found
