"""Leases of certificates: where a role has them, the end of the lease revokes the certificate."""

from __future__ import annotations

from typing import Any

from strongroom.crypto.certificates import certificate_of_der
from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.issuing.leaf import Issued
from strongroom.engines.pki.revocation import revoking
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.sdk import Lease, Request


def lease_of(request: Request, issued: Issued, role: RoleRecord) -> Lease | None:
    """The lease of a certificate; None if its role has none.  What isn't stored can't be revoked by a lease."""
    if not role.generate_lease or role.no_store:
        return None
    ttl_s = max(1, issued.not_after - int(request.now))
    return Lease(
        ttl_s=ttl_s, max_ttl_s=ttl_s, renewable=False, internal={"serial_number": serials.shown(issued.serial)}
    )


class LeasedCertificates:
    """What becomes of a certificate when its lease ends."""

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Revoke the certificate, unless it has expired or is gone."""
        serial = serials.parsed(str(lease.get("serial_number", "")))
        record = await certificate_rows.certificate_of(request.view, serial) if serial is not None else None
        if record is None or record.not_after <= request.now:
            return
        await revoking.revoke(request, certificate_of_der(record.certificate))
