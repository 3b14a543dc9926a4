"""`cel/issue` and `cel/sign`: certificates by roles that are programs.

Source: https://openbao.org/docs/secrets/pki/cel
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.crypto.issuing.requests import CertificateRequest, read_pem
from strongroom.engines.pki.cel import programs
from strongroom.engines.pki.cel.drafts import draft_of
from strongroom.engines.pki.issuers.authorities import signer
from strongroom.engines.pki.issuing.answers import answer
from strongroom.engines.pki.issuing.fields import Form
from strongroom.engines.pki.issuing.leaf import Issued, Order, Wanted, issued, new_serial
from strongroom.engines.pki.issuing.rules import Asked, check_length, moments, validity_of
from strongroom.engines.pki.keys.making import new_key
from strongroom.engines.pki.paths.cel.roles import NO_ROLE, role_of
from strongroom.engines.pki.references import DEFAULT
from strongroom.engines.pki.revocation.lists.urls import access_of_leaf
from strongroom.engines.pki.roles.context import context_of
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.cel import Message
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Duration, Random, Request, Response, path, replace

_NANOSECONDS = 10**9


class ProgrammedFields(Body, frozen=True):
    """What a program gets as `request`, and what counts where it says nothing.  It may read any other field."""

    ttl: Annotated[Duration, Doc(description="How long the certificate is valid, if the program doesn't say it.")] = (
        Duration(0)
    )
    not_before: Annotated[
        str, Doc(description="When the certificate becomes valid, in RFC 3339, if the program doesn't say it.")
    ] = ""
    not_after: Annotated[
        str, Doc(description="When the certificate ends, in RFC 3339, if the program doesn't say it.")
    ] = ""
    not_before_duration: Annotated[
        Duration, Doc(description="How long before now the certificate becomes valid, if nothing else says it.")
    ] = Duration(30)
    signature_bits: Annotated[
        int, Doc(description="The hash function of an RSA issuer's signature, if the program doesn't say it.")
    ] = 0
    use_pss: Annotated[bool, Doc(description="Whether an RSA issuer signs with PSS.")] = False
    remove_roots_from_chain: Annotated[
        bool, Doc(description="Whether certificates that sign themselves are left out of the chain.")
    ] = False


class ProgrammedKeyFields(ProgrammedFields, frozen=True):
    """The same, where a key is made."""

    key_type: Annotated[str, Doc(description="The type of key, if the program doesn't say it.")] = ""
    key_bits: Annotated[int, Doc(description="The size of the key, if the program doesn't say it.")] = 0


class ProgrammedSignFields(ProgrammedFields, frozen=True):
    """The same, where a certificate request is signed."""

    csr: Annotated[str, Doc(description="The certificate request, in PEM.")] = ""


class Programmed(msgspec.Struct, frozen=True):
    """What a program has decided for a key."""

    role: str
    rules: RoleRecord
    output: dict[str, Any]
    """The fields of its `ValidationOutput`."""
    public: bytes


class CelIssuingPaths:
    """`cel/issue/<role>` and `cel/sign/<role>`"""

    random: Random

    @path.write("cel/issue/{role}", computes=True, takes_anything=True)
    async def cel_issue(self, request: Request, role: str, body: ProgrammedKeyFields) -> Response:
        """Makes a key, and a certificate for it that says what the role's program decides."""
        output = await _output(request, role, None)
        type_ = output.get("key_type") or body.key_type or "rsa"
        key = new_key(request, type_, int(output.get("key_bits") or body.key_bits))
        rules = _rules(body, output)
        done = await self._issued(request, Programmed(role, rules, output, key.public), body)
        return answer(request, done, Form(without_roots=body.remove_roots_from_chain), rules, key)

    @path.write("cel/sign/{role}", computes=True, takes_anything=True)
    async def cel_sign(self, request: Request, role: str, body: ProgrammedSignFields) -> Response:
        """Issues a certificate for the key of a certificate request, that says what the role's program decides."""
        csr = request.once("csr", lambda: read_pem(body.csr))
        check_length(csr.key_type, csr.key_bits)
        output = await _output(request, role, csr)
        rules = _rules(body, output)
        done = await self._issued(request, Programmed(role, rules, output, csr.public), body)
        return answer(request, done, Form(without_roots=body.remove_roots_from_chain), rules)

    async def _issued(self, request: Request, programmed: Programmed, body: ProgrammedFields) -> Issued:
        rules, output = programmed.rules, programmed.output
        issuer = await signer(request.view, output.get("issuer_ref") or DEFAULT)
        template: Message = output["template"]
        validity = validity_of(rules, _asked(template, body), await context_of(request, rules, issuer.record))
        serial = new_serial(request, self.random)
        access = await access_of_leaf(request.view, issuer.record, serial)
        draft = draft_of(template, serial, programmed.public, validity, access)
        if output.get("subject_key_id"):
            draft = replace(draft, subject_key_id=output["subject_key_id"])
        wanted = Wanted(
            draft=draft,
            common_name=getattr(draft.subject, "common_name", ""),
            warnings=(*validity.warnings, *output.get("warnings", ())),
        )
        order = Order(issuer=issuer, role=rules, role_name=programmed.role)
        return await issued(request, self.random, order, wanted)


def _rules(body: ProgrammedFields, output: dict[str, Any]) -> RoleRecord:
    return RoleRecord(
        not_before_duration_s=body.not_before_duration,
        signature_bits=int(output.get("signature_bits") or body.signature_bits),
        use_pss=output.get("use_pss", body.use_pss),
        generate_lease=output.get("generate_lease", False),
        no_store=output.get("no_store", False),
    )


async def _output(request: Request, role_name: str, csr: CertificateRequest | None) -> dict[str, Any]:
    role = await role_of(request.view, role_name)
    if role is None:
        raise InvalidRequest(NO_ROLE)
    decided = programs.decide(role, {**request.data, "role": role_name}, csr, request.now)
    return dict(decided.fields)


def _asked(template: Message, body: ProgrammedFields) -> Asked:
    """Times as the program says, else as the client asks."""
    begins, ends = template.fields.get("NotBefore"), template.fields.get("NotAfter")
    return Asked(
        ttl_s=0 if ends is not None else body.ttl,
        not_before=body.not_before if begins is None else moments.shown(begins.ns // _NANOSECONDS),
        not_after=body.not_after if ends is None else moments.shown(ends.ns // _NANOSECONDS),
    )
