"""`issuer/<ref>/revoke`: an issuer that issues nothing any more.

Source: https://openbao.org/api-docs/secret/pki/#revoke-issuer
"""

from __future__ import annotations

from typing import Any

from strongroom.crypto import chains
from strongroom.crypto.certificates import Certificate, certificate_of_der
from strongroom.crypto.issuing import certificates
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuers.records import ISSUING, IssuerRecord
from strongroom.engines.pki.revocation.lists.groups import groups_of
from strongroom.engines.pki.revocation.revoking import relist
from strongroom.engines.pki.revocation.times import rfc3339
from strongroom.sdk import Request, Response, path, replace

_SELF_SIGNED = (
    "This issuer is a self-signed (potentially root) certificate. This means it may not be considered revoked if there "
    "is not an external, cross-signed variant of this certificate. This issuer's serial number will not appear on its "
    "own CRL."
)
_NO_PARENT = (
    "This issuer lacks another parent issuer within the mount. This means it will not appear on any other CRLs and may "
    "not be considered revoked by clients. Consider adding this issuer to its issuer's CRL as well if it is not "
    "self-signed."
)


class IssuerRevokePaths:
    """`issuer/<ref>/revoke`"""

    @path.write("issuer/{issuer_ref}/revoke")
    async def revoke_issuer(self, request: Request, issuer_ref: str) -> Response:
        """Revokes an issuer: it signs lists and OCSP answers only. It is listed by its own issuer, if that is here."""
        issuer = await issuer_rows.referred(request.view, issuer_ref)
        if issuer.revoked_at:
            return Response(data=await _shown(request, issuer))
        revoked = replace(issuer, revoked_at=request.now, usage=tuple(each for each in issuer.usage if each != ISSUING))
        issuer_rows.keep(request.view, revoked)
        certificate = certificate_of_der(issuer.certificate)
        parent = await _parent(request, certificate)
        warnings = [_SELF_SIGNED] if certificate.is_self_issued else []
        if parent:
            await relist(request, certificate, request.now, parent)
        else:
            warnings.append(_NO_PARENT)
        return Response(data=await _shown(request, revoked), warnings=warnings)


async def _parent(request: Request, certificate: Certificate) -> str:
    """The list of the issuer that has signed this one's certificate, and isn't its own; empty if it isn't here."""
    for group in (await groups_of(request.view)).by_id.values():
        same = group.certificate.public_key_sha256 == certificate.public_key_sha256
        if same or group.certificate.subject != certificate.issuer:
            continue
        if chains.has_issued(group.certificate, certificate):
            return group.id
    return ""


async def _shown(request: Request, issuer: IssuerRecord) -> dict[str, Any]:
    chain = [certificates.in_pem(issuer.certificate)]
    for id_ in issuer.chain:
        above = await issuer_rows.issuer_of(request.view, id_) if id_ != issuer.id else None
        if above is not None:
            chain.append(certificates.in_pem(above.certificate))
    return {
        "ca_chain": chain,
        "certificate": certificates.in_pem(issuer.certificate),
        "crl_distribution_points": list(issuer.urls.crl_distribution_points),
        "delta_crl_distribution_points": list(issuer.urls.delta_crl_distribution_points),
        "issuer_id": issuer.id,
        "issuer_name": issuer.name,
        "issuing_certificates": list(issuer.urls.issuing_certificates),
        "key_id": issuer.key_id,
        "leaf_not_after_behavior": issuer.leaf_not_after_behavior,
        "manual_chain": list(issuer.manual_chain) or None,
        "ocsp_servers": list(issuer.urls.ocsp_servers),
        "revocation_signature_algorithm": issuer.revocation_signature_algorithm,
        "revocation_time": int(issuer.revoked_at),
        "revocation_time_rfc3339": rfc3339(issuer.revoked_at),
        "revoked": True,
        "usage": ",".join(sorted(issuer.usage)),
    }
