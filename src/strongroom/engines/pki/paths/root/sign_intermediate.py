"""`root/sign-intermediate` and `issuer/<ref>/sign-intermediate`: authorities below one of this mount.

Source: https://openbao.org/api-docs/secret/pki/#sign-intermediate
https://developer.hashicorp.com/vault/api-docs/secret/pki#sign-intermediate for `enforce_leaf_not_after_behavior`
"""

from __future__ import annotations

from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.crypto.issuing.contents import Access, Draft
from strongroom.crypto.issuing.name_constraints import constraints_of
from strongroom.crypto.issuing.requests import CertificateRequest, read_pem
from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.certificates.names import further
from strongroom.engines.pki.certificates.records import CertificateRecord
from strongroom.engines.pki.constraints import narrowing, verdicts
from strongroom.engines.pki.issuers import drafts, subordinates, written
from strongroom.engines.pki.issuers.authorities import Signer, signer
from strongroom.engines.pki.issuers.fields import SignIntermediateFields
from strongroom.engines.pki.issuers.keys import FORMATS
from strongroom.engines.pki.issuers.urls import NO_URLS, access_of
from strongroom.engines.pki.issuing.rules import check_length
from strongroom.engines.pki.issuing.signing import signed
from strongroom.engines.pki.roles.context import context_without_role
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, Request, Response, path


class SignIntermediatePaths:
    """`root/sign-intermediate` and `issuer/<ref>/sign-intermediate`"""

    random: Random

    @path.write("root/sign-intermediate", computes=True)
    async def sign_intermediate(self, request: Request, body: SignIntermediateFields) -> Response:
        """Issues the certificate of an authority, by certificate request."""
        return await self._subordinate(request, body.issuer_ref, body)

    @path.write("issuer/{issuer_ref}/sign-intermediate", computes=True)
    async def sign_intermediate_by(self, request: Request, issuer_ref: str, body: SignIntermediateFields) -> Response:
        """Issues the certificate of an authority, by certificate request, by the given issuer."""
        return await self._subordinate(request, issuer_ref, body)

    async def _subordinate(self, request: Request, reference: str, body: SignIntermediateFields) -> Response:
        if body.format not in FORMATS:
            raise InvalidRequest('The "format" path parameter must be "pem", "der" or "pem_bundle"')
        csr = request.once("csr", lambda: read_pem(body.csr))
        check_length(csr.key_type, csr.key_bits)
        issuer = await signer(request.view, reference)
        draft, warnings = await self._draft(request, issuer, csr, body)
        as_requested = body.use_csr_values
        names = csr.names if as_requested else draft.names
        if bounds := issuer.limits.bounds:
            verdicts.check(bounds, names, draft.subject, authority=True)
        der = signed(request, draft, issuer.authority, body.signature_bits, pss=body.use_pss)
        if bounds:
            own = constraints_of(CaCertificate.load(der).loaded)
            warnings = [*warnings, *narrowing.warnings_of(bounds, own)]
        common_name = csr.common_name if as_requested else body.common_name or csr.common_name
        record = CertificateRecord(
            certificate=der,
            issuer_id=issuer.record.id,
            not_after=draft.not_after,
            issued_at=request.now,
            common_name=common_name,
            names=further(common_name, names),
            entity_id=request.client.entity_id if request.client else "",
        )
        await certificate_rows.add(request, self.random, draft.serial, record)
        return Response(data=_shown(body, draft, der, issuer), warnings=warnings)

    async def _draft(
        self, request: Request, issuer: Signer, csr: CertificateRequest, body: SignIntermediateFields
    ) -> tuple[Draft, list[str]]:
        """What the certificate will say, and warnings."""
        end = subordinates.end_of(issuer.record, enforced=body.enforce_leaf_not_after_behavior)
        context = context_without_role(request, end)
        path_length = drafts.path_length(body.max_path_length, issuer.limits.path_length)
        access = await access_of(request.view, issuer.record)
        valid = drafts.validity(body, context)
        draft = drafts.draft_of(
            body,
            drafts.named(body, context, csr.common_name),
            valid,
            serial=request.once("serial", lambda: serials.new(self.random)),
            public=csr.public,
            path=path_length,
            access=access,
            key_id=subordinates.key_id_of(body),
        )
        told = [*valid.warnings, *([] if access != Access() else [NO_URLS]), *drafts.zero_path(path_length)]
        if not body.use_csr_values:
            draft, more = subordinates.without_own_name(draft, body.asked().alt_names, issuer.limits.bounds)
            return draft, [*told, *drafts.nameless(draft), *more]
        draft, more = subordinates.by_request(draft, csr)
        return draft, [*told, *drafts.nameless(draft), *more]


def _shown(body: SignIntermediateFields, draft: Draft, der: bytes, issuer: Signer) -> dict[str, object]:
    chain = [written.certificate(each, body.format) for each in (der, *issuer.chain)]
    return {
        "ca_chain": chain,
        "certificate": "\n".join(chain) if body.format == "pem_bundle" else chain[0],
        "expiration": draft.not_after,
        "issuing_ca": chain[1],
        "serial_number": serials.shown(draft.serial),
    }
