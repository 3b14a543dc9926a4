"""`root/sign-self-issued` and `issuer/<ref>/sign-self-issued`: another signature for a root.

Source: https://openbao.org/api-docs/secret/pki/#sign-self-issued
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto.issuing.bundles import certificate_of
from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.crypto.issuing.contents import Draft
from strongroom.crypto.issuing.extension_ids import SUBJECT_KEY_ID
from strongroom.crypto.issuing.name_constraints import alternative_names
from strongroom.engines.pki.constraints import verdicts
from strongroom.engines.pki.issuers import drafts, subordinates, written
from strongroom.engines.pki.issuers.authorities import Signer, signer
from strongroom.engines.pki.issuers.urls import access_of
from strongroom.engines.pki.issuing.signing import signed
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Request, Response, path


class SelfIssuedFields(Body, frozen=True):
    """A root of another authority."""

    certificate: Annotated[str, Doc(description="The certificate of a root, in PEM.")] = ""
    issuer_ref: Annotated[str, Doc(description="The issuer that signs: its id, its name, or `default`.")] = "default"
    require_matching_certificate_algorithms: Annotated[
        bool, Doc(description="Whether both keys have to be of the same type.")
    ] = False


class SignSelfIssuedPaths:
    """`root/sign-self-issued` and `issuer/<ref>/sign-self-issued`"""

    @path.write("root/sign-self-issued", sudo=True, computes=True)
    async def sign_self_issued(self, request: Request, body: SelfIssuedFields) -> Response:
        """Signs the certificate of a root, so that who trusts this mount trusts that root. Nothing else changes."""
        return await _signed(request, body.issuer_ref, body)

    # The same deed by another path: a policy about one of them is meant for both.
    @path.write("issuer/{issuer_ref}/sign-self-issued", sudo=True, computes=True)
    async def sign_self_issued_by(self, request: Request, issuer_ref: str, body: SelfIssuedFields) -> Response:
        """Signs the certificate of a root, by the given issuer."""
        return await _signed(request, issuer_ref, body)


def _check_limits(given: CaCertificate, issuer: Signer) -> None:
    """Raise `InvalidRequest` if clients would refuse the certificate for what the issuer's says."""
    if given.subject == issuer.authority.certificate.subject.public_bytes():
        # A new key of the same authority: neither path lengths nor name constraints are about it.
        return
    drafts.path_length(None, issuer.limits.path_length)
    if bounds := issuer.limits.bounds:
        verdicts.check(bounds, alternative_names(given.loaded), given.loaded.subject, authority=True)


async def _signed(request: Request, reference: str, body: SelfIssuedFields) -> Response:
    given = CaCertificate.load(certificate_of(body.certificate))
    if not given.is_authority:
        raise InvalidRequest("given certificate is not a CA certificate")
    if not given.is_self_issued:
        raise InvalidRequest("given certificate is not self-issued")
    issuer = await signer(request.view, reference)
    own = issuer.authority.key.type
    if body.require_matching_certificate_algorithms and own != given.key_type:
        raise InvalidRequest(
            f"signing certificate's public key algorithm ({own}) does not match submitted certificate's "
            f"({given.key_type}), and require_matching_certificate_algorithms is true"
        )
    _check_limits(given, issuer)
    decided = subordinates.ISSUERS_OWN | {SUBJECT_KEY_ID}
    draft = Draft(
        serial=given.serial,
        public=given.public,
        not_before=given.not_before,
        not_after=given.not_after,
        subject=given.loaded.subject,
        subject_key_id=given.key_id,
        access=await access_of(request.view, issuer.record),
        others=tuple(each for each in given.extensions if each.oid not in decided),
    )
    der = signed(request, draft, issuer.authority)
    return Response(
        data={
            "certificate": written.certificate(der, "pem"),
            "issuing_ca": written.certificate(issuer.record.certificate, "pem"),
        }
    )
