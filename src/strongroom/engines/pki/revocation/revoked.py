"""Rows of revoked certificates.

A serial number alone names no certificate: two authorities of a mount may have given the same one.  The first that is
revoked has the row of the number.  Any other has a row beside it, and the first one's row says that there are such, so
that nobody looks for them in vain.

Source: RFC 5280, section 4.1.2.2
"""

from __future__ import annotations

from strongroom.crypto.mac import sha256
from strongroom.engines.pki import serials
from strongroom.engines.pki.revocation.records import RevokedRecord
from strongroom.sdk import View, replace

REVOKED = "revoked/"
_NAMESAKES = "revoked-namesake/"


async def first_of(view: View, serial: int) -> RevokedRecord | None:
    """The first certificate of a serial number that was revoked, for who knows nothing but the number; or None."""
    return await view.read(REVOKED + serials.row(serial), RevokedRecord)


async def all_of(view: View, serial: int) -> list[RevokedRecord]:
    """The certificates of a serial number that were revoked, the first one first."""
    first = await first_of(view, serial)
    if first is None or not first.has_namesakes:
        return [first] if first is not None else []
    folder = _folder(serial)
    others = [await view.read(folder + name, RevokedRecord) for name in await view.list(folder)]
    return [first, *(each for each in others if each is not None)]


async def revoked_of(view: View, serial: int, certificate: bytes) -> RevokedRecord | None:
    """What is known of a certificate that was revoked; None if it wasn't.

    Args:
        certificate: in DER.
    """
    first = await first_of(view, serial)
    if first is None or first.certificate == certificate:
        return first
    return await view.read(_row(serial, certificate), RevokedRecord) if first.has_namesakes else None


async def keep(view: View, serial: int, record: RevokedRecord) -> None:
    """Store that a certificate was revoked."""
    first = await first_of(view, serial)
    if first is None or first.certificate == record.certificate:
        has_namesakes = first is not None and first.has_namesakes
        view.write(REVOKED + serials.row(serial), replace(record, has_namesakes=has_namesakes))
        return
    view.write(REVOKED + serials.row(serial), replace(first, has_namesakes=True))
    view.write(_row(serial, record.certificate), record)


async def remove(view: View, serial: int, certificate: bytes) -> None:
    """Forget that a certificate was revoked, and no other one of its serial number."""
    first, *others = await all_of(view, serial)
    if first.certificate != certificate:
        view.delete(_row(serial, certificate))
        left = [each for each in others if each.certificate != certificate]
        view.write(REVOKED + serials.row(serial), replace(first, has_namesakes=bool(left)))
    elif others:
        view.delete(_row(serial, others[0].certificate))
        view.write(REVOKED + serials.row(serial), replace(others[0], has_namesakes=len(others) > 1))
    else:
        view.delete(REVOKED + serials.row(serial))


def _folder(serial: int) -> str:
    return f"{_NAMESAKES}{serials.row(serial)}/"


def _row(serial: int, certificate: bytes) -> str:
    return _folder(serial) + sha256(certificate).hex()
