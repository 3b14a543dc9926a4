"""`revoke`, `revoke-with-key`, `roles/<name>/revoke`: certificates that don't count any more.

Source: https://openbao.org/api-docs/secret/pki/#revoke-certificate
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto.certificates import Certificate
from strongroom.crypto.revocation_lists import reasons
from strongroom.crypto.revocation_lists.key_proofs import belongs_to
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.issuing.rules import moments
from strongroom.engines.pki.revocation.naming import named
from strongroom.engines.pki.revocation.revoking import Expired, revoke
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Body, Doc, OneOf, Request, Response, check_segment_name, path

_SHORTEST_KEY = 64


class ReasonFields(Body, frozen=True):
    """Why something is revoked."""

    reason: Annotated[
        str,
        Doc(
            description="Why, for lists and OCSP: "
            + ", ".join(f"`{name}`" for name in reasons.NAMES.values())
            + ". Empty for the first."
        ),
        OneOf(*reasons.NAMES.values()),
    ] = ""


class RevokeFields(ReasonFields, frozen=True):
    """Which certificate is meant, and why."""

    serial_number: Annotated[str, Doc(description="Its serial number: bytes with colons or hyphens.")] = ""
    certificate: Annotated[
        str,
        Doc(description="The certificate itself, in PEM. It need not be stored here, and its chain may follow it."),
    ] = ""


class RevokeWithKeyFields(RevokeFields, frozen=True):
    """The same, and the proof that its owner asks."""

    private_key: Annotated[str, Doc(description="The certificate's private key, in PEM.", extra=SECRET)] = ""


class RevokePaths:
    """`revoke`, `revoke-with-key`, `roles/<name>/revoke`"""

    @path.write("revoke")
    async def revoke_certificate(self, request: Request, body: RevokeFields) -> Response:
        """Revokes a certificate. Lists and OCSP say so soon after; the request doesn't wait for a list."""
        return await _revoke(request, await named(request, body.serial_number, body.certificate), body)

    @path.write("revoke-with-key")
    async def revoke_with_key(self, request: Request, body: RevokeWithKeyFields) -> Response:
        """Revokes a certificate for whoever has its private key."""
        if not body.private_key:
            raise InvalidRequest("Must have private key to revoke via the /revoke-with-key path.")
        if len(body.private_key) < _SHORTEST_KEY:
            raise InvalidRequest(
                "Provided data for private_key was too short; perhaps a path was passed to the API rather than the "
                "contents of a PEM file?"
            )
        certificate = await named(request, body.serial_number, body.certificate)
        if not belongs_to(body.private_key, certificate):
            raise InvalidRequest("provided private key does not match certificate's public key")
        return await _revoke(request, certificate, body)

    @path.write("roles/{name}/revoke")
    async def revoke_of_role(self, request: Request, name: str, body: RevokeFields) -> Response:
        """Revokes a certificate that a role has issued, and no other one."""
        check_segment_name(name)
        certificate = await named(request, body.serial_number, body.certificate)
        record = await certificate_rows.certificate_of(request.view, certificate.serial_number)
        if record is None or record.role != name or record.certificate != certificate.der:
            raise InvalidRequest(f"the role {name} has issued no such certificate that is stored here")
        return await _revoke(request, certificate, body)


async def _revoke(request: Request, certificate: Certificate, body: ReasonFields) -> Response:
    try:
        record = await revoke(request, certificate, reasons.named(body.reason))
    except Expired as expired:
        return Response(warnings=[expired.text])
    shown = {
        "revocation_time": int(record.revoked_at),
        "revocation_time_rfc3339": moments.exactly(record.revoked_at),
        "state": "revoked",
    }
    if not record.list_id:
        return Response(data=shown, warnings=["no list will tell it: the mount has no default issuer"])
    return Response(data=shown)
