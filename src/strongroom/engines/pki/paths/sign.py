"""`sign`: certificates for keys that clients keep, by certificate requests.

Source: https://openbao.org/api-docs/secret/pki/#sign-certificate
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto.issuing.requests import read_pem
from strongroom.engines.pki.issuers.authorities import signer
from strongroom.engines.pki.issuing.answers import answer
from strongroom.engines.pki.issuing.fields import LeafFields
from strongroom.engines.pki.issuing.leaf import Order, as_requested, by_rules
from strongroom.engines.pki.issuing.rules import check_key
from strongroom.engines.pki.roles import rows as role_rows
from strongroom.sdk import Doc, Random, Request, Response, check_segment_name, path


class SignFields(LeafFields, frozen=True):
    """A certificate request, and what is asked for besides."""

    csr: Annotated[str, Doc(description="The certificate request, in PEM.")] = ""


class SignPaths:
    """`sign/<role>`, here and below issuers"""

    random: Random

    @path.write("sign/{role}", computes=True)
    async def sign(self, request: Request, role: str, body: SignFields) -> Response:
        """Issues a certificate for the key of a certificate request."""
        return await _answer(request, self.random, role, body, "")

    @path.write("issuer/{issuer_ref}/sign/{role}", computes=True)
    async def sign_by(self, request: Request, issuer_ref: str, role: str, body: SignFields) -> Response:
        """Issues a certificate for the key of a certificate request, by the given issuer."""
        check_segment_name(issuer_ref)
        return await _answer(request, self.random, role, body, issuer_ref)


async def _answer(request: Request, random: Random, role_name: str, body: SignFields, issuer_ref: str) -> Response:
    check_segment_name(role_name)
    form = body.form
    role = await role_rows.known(request.view, role_name)
    csr = request.once("csr", lambda: read_pem(body.csr))
    requested = as_requested(csr, role)
    check_key(role, requested)
    issuer = await signer(request.view, issuer_ref or role.issuer_ref)
    order = Order(issuer=issuer, role=role, role_name=role_name, metadata=body.metadata)
    issued = await by_rules(request, random, order, body.asked(requested), csr.public)
    return answer(request, issued, form, role)
