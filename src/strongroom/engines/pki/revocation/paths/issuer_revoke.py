"""`issuer/<ref>/revoke`: an issuer that issues nothing any more.

Source: https://openbao.org/api-docs/secret/pki/#revoke-issuer
"""

from __future__ import annotations

from strongroom.crypto import chains
from strongroom.crypto.certificates import Certificate, certificate_of_der
from strongroom.crypto.revocation_lists import reasons
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuers.records import ISSUING
from strongroom.engines.pki.issuers.shown import shown
from strongroom.engines.pki.revocation.lists.groups import groups_of
from strongroom.engines.pki.revocation.paths.revoke import ReasonFields
from strongroom.engines.pki.revocation.revoking import relist
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
_DEFAULT = (
    "This issuer is currently configured as the default issuer for this mount; operations such as certificate issuance "
    "may not work until a new default issuer is selected."
)


class IssuerRevokePaths:
    """`issuer/<ref>/revoke`"""

    @path.write("issuer/{issuer_ref}/revoke")
    async def revoke_issuer(self, request: Request, issuer_ref: str, body: ReasonFields) -> Response:
        """Revokes an issuer: it signs lists and OCSP answers only. It is listed by its own issuer, if that is here."""
        issuer, reason = await issuer_rows.referred(request.view, issuer_ref), reasons.named(body.reason)
        if issuer.revoked_at:
            return Response(data=await shown(request.view, issuer))
        revoked = replace(issuer, revoked_at=request.now, usage=tuple(each for each in issuer.usage if each != ISSUING))
        issuer_rows.keep(request.view, revoked)
        certificate = certificate_of_der(issuer.certificate)
        parent = await _parent(request, certificate)
        warnings = [_SELF_SIGNED] if certificate.is_self_issued else []
        if parent:
            await relist(request, certificate, parent, reason)
        else:
            warnings.append(_NO_PARENT)
        if (await issuer_rows.config_of(request.view)).default == issuer.id:
            warnings.append(_DEFAULT)
        return Response(data=await shown(request.view, revoked), warnings=warnings)


async def _parent(request: Request, certificate: Certificate) -> str:
    """The list of the issuer that has signed this one's certificate, and isn't its own; empty if it isn't here."""
    for group in (await groups_of(request.view)).by_id.values():
        same = group.certificate.public_key_sha256 == certificate.public_key_sha256
        if same or group.certificate.subject != certificate.issuer:
            continue
        if chains.has_issued(group.certificate, certificate):
            return group.id
    return ""
