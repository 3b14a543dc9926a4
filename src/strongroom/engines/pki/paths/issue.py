"""`issue`: certificates with new keys.

Source: https://openbao.org/api-docs/secret/pki/#generate-certificate-and-key
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto.issuing import certificates
from strongroom.crypto.issuing.contents import Draft, Names, Subject
from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.certificates.records import CertificateRecord
from strongroom.engines.pki.issuers.authorities import signer
from strongroom.engines.pki.issuing.signing import signed
from strongroom.engines.pki.keys.making import new_key
from strongroom.engines.pki.roles import rows as role_rows
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Random, Request, Response, check_segment_name, path


class IssueFields(Body, frozen=True):
    """What the certificate is for."""

    common_name: Annotated[str, Doc(description="The common name.")] = ""


class IssuePaths:
    """`issue/<role>`"""

    random: Random

    @path.write("issue/{role}")
    async def issue(self, request: Request, role: str, body: IssueFields) -> Response:
        """Makes a key and a certificate for it."""
        check_segment_name(role)
        settings = await role_rows.known(request.view, role)
        if not settings.allow_any_name:
            raise InvalidRequest(f"common name {body.common_name} not allowed by this role")
        issuer = await signer(request.view, settings.issuer_ref)
        key = new_key(request, settings.key_type, settings.key_bits)
        serial = request.once("serial", lambda: serials.new(self.random))
        not_after = int(request.now) + (settings.ttl_s or request.mount.default_lease_ttl_s)
        draft = Draft(
            serial=serial,
            public=key.public,
            not_before=int(request.now) - settings.not_before_duration_s,
            not_after=not_after,
            subject=Subject(common_name=body.common_name),
            names=Names(dns=(body.common_name,)),
            key_usage=("digital_signature", "key_encipherment", "key_agreement"),
        )
        der = signed(draft, issuer.authority, settings.signature_bits, pss=settings.use_pss)
        if not settings.no_store:
            record = CertificateRecord(
                certificate=der,
                issuer_id=issuer.record.id,
                not_after=not_after,
                issued_at=request.now,
                role=role,
                common_name=body.common_name,
                entity_id=request.client.entity_id if request.client else "",
            )
            certificate_rows.keep(request.view, serial, record)
        chain = [certificates.in_pem(each).strip() for each in issuer.chain]
        return Response(
            data={
                "ca_chain": chain,
                "certificate": certificates.in_pem(der).strip(),
                "expiration": not_after,
                "issuing_ca": chain[0],
                "private_key": key.written("pem", ""),
                "private_key_type": key.type,
                "serial_number": serials.shown(serial),
            }
        )
