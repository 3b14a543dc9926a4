"""`sign-verbatim`: certificates that say what the certificate request says.

Source: https://openbao.org/api-docs/secret/pki/#sign-verbatim
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto.issuing.requests import read_pem
from strongroom.engines.pki.issuers.authorities import signer
from strongroom.engines.pki.issuing import verbatim
from strongroom.engines.pki.issuing.answers import answer
from strongroom.engines.pki.issuing.leaf import Order, Wanted, fitted, issued, new_serial
from strongroom.engines.pki.issuing.rules import check_length, usages_of, validity_of
from strongroom.engines.pki.issuing.rules.oids import is_oid
from strongroom.engines.pki.paths.sign import SignFields
from strongroom.engines.pki.references import DEFAULT
from strongroom.engines.pki.revocation.lists.urls import access_of_leaf
from strongroom.engines.pki.roles import rows as role_rows
from strongroom.engines.pki.roles.context import context_of
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import CommaList, Doc, Random, Request, Response, check_segment_name, path, replace

_KEY_USAGE = RoleRecord().key_usage
_IGNORED = {
    "common_name": "use_csr_common_name",
    "alt_names": "use_csr_sans",
    "ip_sans": "use_csr_sans",
    "uri_sans": "use_csr_sans",
    "other_sans": "use_csr_sans",
}
"""Fields that the request's own contents replace, and the setting of roles that says so."""


class VerbatimFields(SignFields, frozen=True):
    """A certificate request, and what the certificate has where it says nothing."""

    key_usage: Annotated[
        CommaList | None,
        Doc(
            description="Key usages of a certificate whose request names none: DigitalSignature, KeyAgreement and "
            "KeyEncipherment if this isn't given. Empty for none."
        ),
    ] = None
    ext_key_usage: Annotated[
        CommaList | None, Doc(description="Extended key usages of a certificate whose request names none.")
    ] = None
    ext_key_usage_oids: Annotated[CommaList | None, Doc(description="The same, as object identifiers.")] = None
    signature_bits: Annotated[
        int, Doc(description="The hash function of an RSA issuer's signature: 256, 384 or 512. 0 is the usual.")
    ] = 0
    use_pss: Annotated[bool, Doc(description="Whether an RSA issuer signs with PSS.")] = False
    basic_constraints_valid_for_non_ca: Annotated[
        bool, Doc(description="Whether the certificate says that it isn't an authority's.")
    ] = False
    restrict_csr_extensions: Annotated[
        bool,
        Doc(
            description="Whether a certificate request is refused that has other extensions or usages than the "
            "parameters name."
        ),
    ] = False


class VerbatimAnywhereFields(VerbatimFields, frozen=True):
    """A certificate request whose issuer neither the path nor a role names."""

    issuer_ref: Annotated[str, Doc(description="Who signs: the id or name of an issuer.")] = DEFAULT


class SignVerbatimPaths:
    """`sign-verbatim` and `sign-verbatim/<role>`, here and below issuers"""

    random: Random

    @path.write("sign-verbatim", computes=True)
    async def sign_verbatim(self, request: Request, body: VerbatimAnywhereFields) -> Response:
        """Issues a certificate that says what the certificate request says, but that it isn't an authority's."""
        return await _answer(request, self.random, body, issuer_ref=body.issuer_ref)

    @path.write("sign-verbatim/{role}", computes=True)
    async def sign_verbatim_as(self, request: Request, role: str, body: VerbatimFields) -> Response:
        """The same, for the time that a role allows."""
        return await _answer(request, self.random, body, role=role)

    @path.write("issuer/{issuer_ref}/sign-verbatim", computes=True)
    async def sign_verbatim_by(self, request: Request, issuer_ref: str, body: VerbatimFields) -> Response:
        """The same, by the given issuer."""
        return await _answer(request, self.random, body, issuer_ref=issuer_ref)

    @path.write("issuer/{issuer_ref}/sign-verbatim/{role}", computes=True)
    async def sign_verbatim_by_as(self, request: Request, issuer_ref: str, role: str, body: VerbatimFields) -> Response:
        """The same, by the given issuer, for the time that a role allows."""
        return await _answer(request, self.random, body, role=role, issuer_ref=issuer_ref)


async def _answer(
    request: Request, random: Random, body: VerbatimFields, *, role: str = "", issuer_ref: str = ""
) -> Response:
    for name in filter(None, (role, issuer_ref)):
        check_segment_name(name)
    form = body.form
    named = await role_rows.known(request.view, role) if role else None
    rules = _rules(named, body)
    csr = request.once("csr", lambda: read_pem(body.csr))
    check_length(csr.key_type, csr.key_bits)
    usages = usages_of(rules)
    if rules.restrict_csr_extensions:
        verbatim.check_limits(csr, usages)
    issuer = await signer(request.view, issuer_ref or rules.issuer_ref)
    validity = validity_of(rules, body.asked(), await context_of(request, rules, issuer.record))
    serial = new_serial(request, random)
    access = await access_of_leaf(request.view, issuer.record, serial)
    may_respond = named is not None and verbatim.is_responder(named)
    draft, told = verbatim.draft_of(csr, serial, validity, usages, access, may_respond=may_respond)
    order = Order(issuer=issuer, role=rules, role_name=role, metadata=body.metadata)
    warnings = (*validity.warnings, *_ignored(body), *told)
    wanted = Wanted(draft=fitted(draft), common_name=csr.common_name, names=csr.names, warnings=warnings)
    done = await issued(request, random, order, wanted)
    return answer(request, done, form, rules)


def _rules(role: RoleRecord | None, body: VerbatimFields) -> RoleRecord:
    """How the certificate is issued: times and storage as the role says, usages as the request says."""
    unknown = [oid for oid in body.ext_key_usage_oids or () if not is_oid(oid)]
    if unknown:
        raise InvalidRequest(f'"{unknown[0]}" could not be parsed as a valid oid for an extended key usage')
    base = role or RoleRecord(issuer_ref=DEFAULT)
    return replace(
        base,
        key_usage=_KEY_USAGE if body.key_usage is None else tuple(body.key_usage),
        ext_key_usage=tuple(body.ext_key_usage or ()),
        ext_key_usage_oids=tuple(body.ext_key_usage_oids or ()),
        server_flag=False,
        client_flag=False,
        code_signing_flag=False,
        email_protection_flag=False,
        policy_identifiers=(),
        signature_bits=body.signature_bits or base.signature_bits,
        use_pss=body.use_pss or base.use_pss,
        basic_constraints_valid_for_non_ca=(
            body.basic_constraints_valid_for_non_ca or base.basic_constraints_valid_for_non_ca
        ),
        restrict_csr_extensions=body.restrict_csr_extensions or base.restrict_csr_extensions,
    )


def _ignored(body: VerbatimFields) -> list[str]:
    return [
        f'the {field} field was provided but the role is set with "{setting}" set to true'
        for field, setting in _IGNORED.items()
        if getattr(body, field)
    ]
