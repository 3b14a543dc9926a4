"""Certificates for certificate requests, by the same code as for all other clients."""

from __future__ import annotations

from strongroom.crypto.issuing.requests import CertificateRequest
from strongroom.engines.pki.issuers.authorities import Signer, signer
from strongroom.engines.pki.issuing import verbatim
from strongroom.engines.pki.issuing.leaf import (
    Issued,
    Order,
    Wanted,
    as_requested,
    by_rules,
    fitted,
    issued,
    new_serial,
)
from strongroom.engines.pki.issuing.rules import Asked, check_key, check_length, usages_of, validity_of
from strongroom.engines.pki.revocation.lists.urls import access_of_leaf
from strongroom.engines.pki.roles import rows as role_rows
from strongroom.engines.pki.roles.context import context_of
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.sdk import Random, Request

_VERBATIM = RoleRecord(key_type="any")
"""The rules of enrolments without a role: what the request says counts, as in `sign-verbatim`.

Other than there, a certificate whose request names no extended key usages has ServerAuth and ClientAuth.
"""


async def rules_of(request: Request, role: str) -> RoleRecord:
    """The rules of a role; of `sign-verbatim` for an empty name.  Raises `InvalidRequest` if there is no such role."""
    return await role_rows.known(request.view, role) if role else _VERBATIM


async def issuer_of(request: Request, role: str) -> Signer:
    """Who signs.  Raises `InvalidRequest` if nobody can."""
    return await signer(request.view, (await rules_of(request, role)).issuer_ref)


async def enrolled(request: Request, random: Random, role: str, csr: CertificateRequest) -> Issued:
    """Issue what a certificate request asks for.

    Args:
        role: decides what is allowed; empty if the request itself says all.

    Raises: `InvalidRequest` for what the role or the issuer doesn't allow; `RateLimited` for too many.
    """
    rules = await rules_of(request, role)
    issuer = await signer(request.view, rules.issuer_ref)
    if role:
        requested = as_requested(csr, rules)
        check_key(rules, requested)
        order = Order(issuer=issuer, role=rules, role_name=role)
        return await by_rules(request, random, order, Asked(requested=requested), csr.public)
    check_length(csr.key_type, csr.key_bits)
    validity = validity_of(rules, Asked(), await context_of(request, rules, issuer.record))
    serial = new_serial(request, random)
    access = await access_of_leaf(request.view, issuer.record, serial)
    draft, _ = verbatim.draft_of(csr, serial, validity, usages_of(rules), access)
    wanted = Wanted(draft=fitted(draft), common_name=csr.common_name, names=csr.names)
    return await issued(request, random, Order(issuer=issuer, role=rules), wanted)
