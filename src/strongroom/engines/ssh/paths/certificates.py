"""`certs` and `cert/<serial>`: what was signed, and isn't expired."""

from __future__ import annotations

from typing import Annotated, Any, Final

from strongroom.crypto.ssh import public_keys
from strongroom.engines.ssh.certificates import rows
from strongroom.engines.ssh.certificates.records import CertificateRecord
from strongroom.engines.ssh.revocation import rows as revocation_rows
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Doc, Page, Request, Response, View, path

MOST: Final = 1000
"""Certificates of one page.  A mount may have millions."""


class CertificatesPage(Page, frozen=True):
    """Which certificates are wanted: those with a key id, those of a key, or all."""

    key_id: Annotated[str, Doc(description="Only certificates with this key id.")] = ""
    public_key: Annotated[str, Doc(description="Only certificates of this public key.")] = ""
    limit: Annotated[
        int, Doc(description="The largest number of certificates to return. 0 or less returns 1000, the most.")
    ] = 0


class CertificatePaths:
    """`certs` and `cert/<serial>`"""

    @path.list_("certs")
    async def list_certificates(self, request: Request, body: CertificatesPage) -> Response:
        """Lists certificates by their serial numbers, and what they say."""
        if body.key_id and body.public_key:
            raise InvalidRequest("key_id and public_key exclude each other")
        folder = rows.CERTIFICATES
        if body.key_id:
            folder = rows.by_key_id(body.key_id)
        if body.public_key:
            folder = rows.by_key(public_keys.parse(body.public_key).digest)
        after = rows.serial_row(rows.read_serial(body.after)) if body.after else ""
        names = await request.view.list(folder, after=after, limit=min(body.most or MOST, MOST))
        info: dict[str, Any] = {}
        for name in names:
            serial = int(name, 16)
            record = await rows.certificate_of(request.view, serial)
            if record is not None:
                info[rows.shown_serial(serial)] = await _shown(request.view, serial, record)
        if not info:
            raise NotFound
        return Response(data={"keys": list(info), "key_info": info})

    @path.read("cert/{serial}")
    async def read_certificate(self, request: Request, serial: str) -> Response:
        """Reads what a certificate says, for whom it was signed, and whether it was revoked."""
        number = rows.read_serial(serial)
        record = await rows.certificate_of(request.view, number)
        if record is None:
            raise NotFound
        return Response(data=await _shown(request.view, number, record))


async def _shown(view: View, serial: int, record: CertificateRecord) -> dict[str, Any]:
    return {
        "serial_number": rows.shown_serial(serial),
        "cert_type": record.type,
        "key_id": record.key_id,
        "key_hash": record.key_digest,
        "valid_principals": list(record.principals),
        "valid_after": record.valid_after,
        "valid_before": record.valid_before,
        "issuer_id": record.issuer_id,
        "role": record.role,
        "signed_at": int(record.signed_at),
        "entity_id": record.entity_id,
        "display_name": record.display_name,
        "revocation_time": int(await _revoked_at(view, serial, record)),
    }


async def _revoked_at(view: View, serial: int, record: CertificateRecord) -> float:
    """Since when hosts refuse it: by its number, its key or its issuer's key.  0 if they don't."""
    digests = (record.key_digest, record.issuer_key_digest)
    times = [
        await revocation_rows.revoked_at(view, serial),
        *[await revocation_rows.key_revoked_at(view, digest) for digest in digests if digest],
    ]
    return min((at for at in times if at is not None), default=0)
