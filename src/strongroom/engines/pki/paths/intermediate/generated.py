"""`intermediate/generate`, `intermediate/cross-sign` and `intermediate/set-signed`.

Source: https://openbao.org/api-docs/secret/pki/#generate-intermediate-csr
"""

from __future__ import annotations

import base64
from typing import Annotated

from strongroom.crypto.issuing import new_requests
from strongroom.crypto.issuing.signing import scheme
from strongroom.engines.pki.issuers import drafts
from strongroom.engines.pki.issuers.fields import EXISTING, IntermediateFields
from strongroom.engines.pki.issuers.imports import imported
from strongroom.engines.pki.issuers.keys import chosen_key
from strongroom.engines.pki.issuers.urls import NO_URLS, urls_of
from strongroom.engines.pki.issuing.signing import check_bits
from strongroom.engines.pki.keys.signatures import made_with
from strongroom.engines.pki.roles.context import context_without_role
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Random, Request, Response, path

NOTHING_GIVEN = "'pem_bundle' and 'certificate' parameters were empty"


class SignedFields(Body, frozen=True):
    """What another authority has signed."""

    certificate: Annotated[
        str, Doc(description="Certificates in PEM: the mount's own, and best those of all authorities above it.")
    ] = ""
    pem_bundle: Annotated[str, Doc(description="The same.")] = ""


class IntermediatePaths:
    """`intermediate/…` and `issuers/generate/intermediate/<exported>`"""

    random: Random

    @path.write("intermediate/generate/{exported}")
    @path.write("issuers/generate/intermediate/{exported}")
    async def generate_intermediate(self, request: Request, exported: str, body: IntermediateFields) -> Response:
        """Makes a key, and a certificate request that another authority signs."""
        return await self._requested(request, exported, body)

    @path.write("intermediate/cross-sign")
    async def cross_sign(self, request: Request, body: IntermediateFields) -> Response:
        """Makes a certificate request for a key of the mount, for one more authority to sign."""
        return await self._requested(request, EXISTING, body)

    @path.write("intermediate/set-signed")
    async def set_signed(self, request: Request, body: SignedFields) -> Response:
        """Takes the certificate that another authority has signed."""
        text = body.certificate or body.pem_bundle
        if not text:
            raise InvalidRequest(NOTHING_GIVEN)
        return await imported(request, text, self.random, keys=False)

    async def _requested(self, request: Request, exported: str, body: IntermediateFields) -> Response:
        check_bits(body.signature_bits)
        context = context_without_role(request)
        found = drafts.named(body, context)
        chosen = await chosen_key(request, exported, body, self.random)
        how = scheme(chosen.key, body.signature_bits, pss=body.use_pss)
        authority = body.add_basic_constraints
        der = made_with(
            request,
            chosen.key,
            (found, chosen.key.public, body.signature_bits, body.use_pss, authority),
            lambda: new_requests.new_request(chosen.key, found.subject, found.names, how, authority=authority),
        )
        text = base64.b64encode(der).decode() if body.format == "der" else new_requests.in_pem(der).strip()
        return Response(
            data={"csr": chosen.before(body) + text, "key_id": chosen.record.id, **chosen.shown(body)},
            warnings=[] if await urls_of(request.view) else [NO_URLS],
        )
