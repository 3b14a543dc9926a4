"""Reading and writing the rows of certificates."""

from __future__ import annotations

import re
from typing import Final

from strongroom.crypto.mac import sha256
from strongroom.engines.ssh.certificates.records import CertificateEntry, CertificateRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View

CERTIFICATES: Final = "cert/"
EXPIRY: Final = "expiry/"
_SERIAL = re.compile(r"[0-9a-fA-F]{1,16}")


def serial_row(serial: int) -> str:
    """A serial number as rows have it: sixteen digits, so that they sort."""
    return f"{serial:016x}"


def shown_serial(serial: int) -> str:
    """A serial number as clients get it."""
    return f"{serial:x}"


def read_serial(text: str) -> int:
    """A serial number as clients write it: in hexadecimal, as answers have it.  Raises `InvalidRequest`."""
    if _SERIAL.fullmatch(text) is None:
        raise InvalidRequest(
            "a serial number has up to sixteen hexadecimal digits; `ssh-keygen -L` shows it in decimal"
        )
    return int(text, 16)


async def certificate_of(view: View, serial: int) -> CertificateRecord | None:
    """A certificate by its serial number, or None."""
    return await view.read(CERTIFICATES + serial_row(serial), CertificateRecord)


def by_key_id(key_id: str) -> str:
    """The folder of the certificates with a key id."""
    return f"by-key-id/{sha256(key_id.encode()).hex()}/"


def by_key(digest: str) -> str:
    """The folder of the certificates of a key."""
    return f"by-key/{digest}/"


def keep(view: View, serial: int, record: CertificateRecord) -> None:
    """Store a certificate, and its entries in the indexes."""
    view.write(CERTIFICATES + serial_row(serial), record)
    for key in _entries(serial, record):
        view.write(key, CertificateEntry())


def remove(view: View, serial: int, record: CertificateRecord) -> None:
    """Delete a certificate, and its entries in the indexes."""
    view.delete(CERTIFICATES + serial_row(serial))
    for key in _entries(serial, record):
        view.delete(key)


def _entries(serial: int, record: CertificateRecord) -> tuple[str, str, str]:
    row = serial_row(serial)
    return (
        by_key_id(record.key_id) + row,
        by_key(record.key_digest) + row,
        f"{EXPIRY}{record.valid_before:016x}/{row}",
    )
