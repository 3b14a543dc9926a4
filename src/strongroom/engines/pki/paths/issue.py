"""`issue`: certificates with new keys.

Source: https://openbao.org/api-docs/secret/pki/#generate-certificate-and-key
"""

from __future__ import annotations

from strongroom.engines.pki.issuers.authorities import signer
from strongroom.engines.pki.issuing.answers import answer
from strongroom.engines.pki.issuing.fields import KeyFields
from strongroom.engines.pki.issuing.leaf import Order, by_rules
from strongroom.engines.pki.issuing.rules import key_for
from strongroom.engines.pki.keys.making import new_key
from strongroom.engines.pki.roles import rows as role_rows
from strongroom.sdk import Random, Request, Response, check_segment_name, path, replace


class IssuePaths:
    """`issue/<role>`, here and below issuers"""

    random: Random

    @path.write("issue/{role}", computes=True)
    async def issue(self, request: Request, role: str, body: KeyFields) -> Response:
        """Makes a key and a certificate for it."""
        return await _answer(request, self.random, role, body, "")

    @path.write("issuer/{issuer_ref}/issue/{role}", computes=True)
    async def issue_by(self, request: Request, issuer_ref: str, role: str, body: KeyFields) -> Response:
        """Makes a key, and a certificate for it by the given issuer."""
        check_segment_name(issuer_ref)
        return await _answer(request, self.random, role, body, issuer_ref)


async def _answer(request: Request, random: Random, role_name: str, body: KeyFields, issuer_ref: str) -> Response:
    check_segment_name(role_name)
    form = body.form
    role = await role_rows.known(request.view, role_name)
    asked = body.asked(key_type=body.key_type, key_bits=body.key_bits)
    choice = key_for(role, asked)
    issuer = await signer(request.view, issuer_ref or role.issuer_ref)
    key = new_key(request, choice.type, choice.bits)
    order = Order(issuer=issuer, role=role, role_name=role_name, metadata=body.metadata)
    issued = await by_rules(request, random, order, asked, key.public)
    if choice.warnings:
        issued = replace(issued, warnings=(*issued.warnings, *choice.warnings))
    return answer(request, issued, form, role, key)
