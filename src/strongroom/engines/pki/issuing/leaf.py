"""From what a client asks for to a certificate that is signed and stored.

All that issues goes through `issued`: `issue`, `sign`, `sign-verbatim`, roles with programs, and ACME.
"""

from __future__ import annotations

import msgspec

from strongroom.crypto.issuing.contents import Draft, Names
from strongroom.crypto.issuing.requests import CertificateRequest
from strongroom.crypto.issuing.usages import fitting
from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.certificates.names import further
from strongroom.engines.pki.certificates.records import CertificateMetadata, CertificateRecord
from strongroom.engines.pki.constraints import verdicts
from strongroom.engines.pki.issuers import drafts
from strongroom.engines.pki.issuers.authorities import Signer
from strongroom.engines.pki.issuing import repeats
from strongroom.engines.pki.issuing.rules import Asked, Requested, judged
from strongroom.engines.pki.issuing.signing import signed
from strongroom.engines.pki.issuing.verbatim import IGNORED_CONSTRAINTS
from strongroom.engines.pki.monitoring import tally
from strongroom.engines.pki.revocation.lists.urls import access_of_leaf
from strongroom.engines.pki.roles.context import context_of
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, Request, replace


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """By whom a certificate is issued, and by which rules."""

    issuer: Signer
    role: RoleRecord
    role_name: str = ""
    """Empty for rules that aren't those of a stored role."""
    metadata: bytes = b""
    """What the client wants kept with the certificate."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided on: all that the certificate will say."""

    draft: Draft
    common_name: str = ""
    """The one in the draft, by which the certificate is found."""
    names: Names = Names()
    """Its alternative names, where the draft has them as they stand in a request.  It is found by them too."""
    warnings: tuple[str, ...] = ()


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that is signed and, unless the role says otherwise, stored."""

    serial: int
    certificate: bytes
    """In DER."""
    not_before: int
    """Seconds since the epoch, as is `not_after`."""
    not_after: int
    issuer: Signer
    name: str = ""
    """Its common name."""
    warnings: tuple[str, ...] = ()


def new_serial(request: Request, random: Random) -> int:
    """The serial number of the certificate that a request gets, the same in all attempts."""
    return request.once("serial", lambda: serials.new(random))


def as_requested(csr: CertificateRequest, role: RoleRecord) -> Requested:
    """What rules look at.  Raises `InvalidRequest` for names that no rule can judge, where the role takes names."""
    if role.use_csr_sans and csr.unknown_names:
        raise InvalidRequest(
            f"the certificate request has a {csr.unknown_names[0]} among its alternative names, which no role allows"
        )
    return Requested(
        common_name=csr.common_name,
        serial_number=csr.serial_number,
        names=csr.names,
        key_type=csr.key_type,
        key_bits=csr.key_bits,
        basic_constraints=csr.constraints is not None,
    )


async def by_rules(request: Request, random: Random, order: Order, asked: Asked, public: bytes) -> Issued:
    """Issue what a role allows of what a client asks for.

    Args:
        public: the key, which the role allows: SubjectPublicKeyInfo in DER.

    Raises: `InvalidRequest` for what the role or the issuer doesn't allow; `RateLimited` for too many.
    """
    context = await context_of(request, order.role, order.issuer.record)
    found = judged(order.role, asked, context)
    serial = new_serial(request, random)
    access = await access_of_leaf(request.view, order.issuer.record, serial)
    draft = fitted(found.draft(serial, public, access))
    warnings = found.warnings
    if asked.requested is not None and asked.requested.basic_constraints and IGNORED_CONSTRAINTS not in warnings:
        warnings = (*warnings, IGNORED_CONSTRAINTS)
    wanted = Wanted(draft=draft, common_name=found.subject.common_name, warnings=warnings)
    return await issued(request, random, order, wanted)


async def issued(request: Request, random: Random, order: Order, wanted: Wanted) -> Issued:
    """Sign and store what was decided on.

    Raises: `InvalidRequest` for contents that can't be encoded, or that break the constraints of an authority;
        `RateLimited` for too many.
    """
    role, issuer, draft = order.role, order.issuer, wanted.draft
    _check_limits(issuer, wanted)
    if order.metadata and role.no_store_metadata:
        raise InvalidRequest("cert_metadata isn't stored by this role (no_store_metadata)")
    if role.duplicate_limit and role.duplicate_window_s:
        limit = repeats.Limit(role=order.role_name, count=role.duplicate_limit, window_s=role.duplicate_window_s)
        await repeats.count(request, random, limit, [wanted.common_name, *repeats.names_of(draft)])
    der = signed(request, draft, issuer.authority, role.signature_bits, pss=role.use_pss)
    tally.count(request, tally.ISSUED)
    if not role.no_store:
        record = CertificateRecord(
            certificate=der,
            issuer_id=issuer.record.id,
            not_after=draft.not_after,
            issued_at=request.now,
            role=order.role_name,
            common_name=wanted.common_name,
            names=further(wanted.common_name, draft.names, wanted.names),
            entity_id=request.client.entity_id if request.client else "",
        )
        await certificate_rows.add(request, random, draft.serial, record)
    if order.metadata:
        metadata = CertificateMetadata(
            metadata=order.metadata, issuer_id=issuer.record.id, role=order.role_name, not_after=draft.not_after
        )
        certificate_rows.keep_metadata(request.view, draft.serial, metadata)
    return Issued(
        serial=draft.serial,
        certificate=der,
        not_before=draft.not_before,
        not_after=draft.not_after,
        issuer=issuer,
        name=wanted.common_name,
        warnings=wanted.warnings,
    )


def _check_limits(issuer: Signer, wanted: Wanted) -> None:
    draft, limits = wanted.draft, issuer.limits
    authority = draft.basic_constraints == "authority"
    if authority:
        drafts.path_length(draft.path_length, limits.path_length)
    if limits.bounds:
        verdicts.check(limits.bounds, draft.names or wanted.names, draft.subject, authority=authority)


def fitted(draft: Draft) -> Draft:
    """The draft without key usages that its key can't have.  Raises `InvalidRequest` if that leaves none."""
    usages = fitting(draft.public, draft.key_usage)
    if usages == draft.key_usage:
        return draft
    if not usages:
        # Without the extension the key might be used for anything.
        raise InvalidRequest(
            f"a key of this type can have none of the key usages that it would get ({', '.join(draft.key_usage)}): "
            "change the role's key_usage, or ask with another type of key"
        )
    return replace(draft, key_usage=usages)
