"""What the ACME server has the engine do: find who signs, issue, look up, revoke."""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.crypto.acme_certificates import renewal_id
from strongroom.crypto.certificates import certificate_of_der
from strongroom.crypto.issuing import certificates
from strongroom.crypto.issuing.contents import Names
from strongroom.crypto.issuing.requests import CertificateRequest
from strongroom.crypto.issuing.usages import EXT_KEY_USAGES
from strongroom.engines.pki import serials
from strongroom.engines.pki.acme.problems import Problem, malformed
from strongroom.engines.pki.acme.records import AcmeConfig, Identifier, Order
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.constraints import verdicts
from strongroom.engines.pki.constraints.limits import limits_of
from strongroom.engines.pki.issuers.authorities import signer
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuers.rows import referred
from strongroom.engines.pki.issuers.urls import cluster_of
from strongroom.engines.pki.issuing import leaf
from strongroom.engines.pki.issuing.rules import Asked, Context, Requested, check_key, judged
from strongroom.engines.pki.issuing.rules.subjects import COMMON_NAME_CHARACTERS
from strongroom.engines.pki.references import DEFAULT
from strongroom.engines.pki.revocation import revoking
from strongroom.engines.pki.revocation.lists.urls import access_of_leaf
from strongroom.engines.pki.revocation.revoked import revoked_of
from strongroom.engines.pki.roles.context import context_of
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.engines.pki.roles.rows import role_of
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, Request, View, is_segment_name, replace

_SERVER_AUTH: Final = EXT_KEY_USAGES["serverauth"]
_VERBATIM: Final = RoleRecord(allow_any_name=True, enforce_hostnames=False, key_type="any", require_cn=False)
"""The rules of directories without a role: what was proved is certified."""


class Signatory(msgspec.Struct, frozen=True):
    """Who signs, and by which rules."""

    issuer_ref: str
    issuer_id: str
    issuer_name: str
    role_name: str = ""
    role: RoleRecord | None = None
    """None if every name that is proved may be certified."""


class Issued(msgspec.Struct, frozen=True):
    """A certificate.  Times in seconds since the epoch."""

    serial: str
    begins_at: float
    expires_at: float
    chain: str
    """In PEM, the certificate first."""
    renewal_id: str


async def cluster_path(view: View) -> str:
    """The URL at which clients reach this mount.  Raises `Problem` while it isn't set."""
    found = await cluster_of(view)
    if not found.path:
        raise Problem("serverInternal", "the mount lacks the URL at which clients reach it (config/cluster, path)")
    return found.path.rstrip("/")


async def has_cluster_path(view: View) -> bool:
    """Whether clients can be told where the mount is."""
    return bool((await cluster_of(view)).path)


async def signatory_of(view: View, issuer_ref: str, role_name: str) -> Signatory:
    """Who signs for a directory.

    Args:
        issuer_ref: empty for that of the role, or the mount's default. role_name: empty for no role.

    Raises: `Problem` if there is no such issuer or role, or if the role stores no certificates.
    """
    role = await known_role(view, role_name) if role_name else None
    reference = issuer_ref or (role.issuer_ref if role is not None else "") or DEFAULT
    try:
        issuer = await referred(view, reference)
    except InvalidRequest as error:
        raise malformed(f"issuer does not exist: {error.text}") from error
    return Signatory(reference, issuer.id, issuer.name, role_name, role)


async def known_role(view: View, name: str) -> RoleRecord:
    """A role that a directory can have.  Raises `Problem`."""
    role = await role_of(view, name) if is_segment_name(name) else None
    if role is None:
        raise malformed("role does not exist")
    if role.no_store:
        raise malformed("the role stores no certificates (no_store), and clients of ACME fetch them later")
    return role


async def check_issuer(view: View, reference: str) -> None:
    """Raise `InvalidRequest` unless there is such an issuer."""
    await referred(view, reference)


async def check_identifiers(request: Request, signatory: Signatory, wanted: tuple[Identifier, ...]) -> None:
    """Raise `Problem` for identifiers that the role of the directory doesn't allow, or an authority's constraints."""
    limits = await limits_of(request.view, await referred(request.view, signatory.issuer_id))
    for each in wanted:
        if why := verdicts.refusal(limits.bounds, each.type, each.value):
            raise Problem("rejectedIdentifier", why)
    if signatory.role is None:
        return
    asked = _asked("", wanted)
    role = replace(signatory.role, require_cn=False)
    try:
        judged(role, asked, await _context(request, role))
    except InvalidRequest as error:
        raise Problem("rejectedIdentifier", error.text) from error


async def issue(
    request: Request, random: Random, signatory: Signatory, config: AcmeConfig, *, csr: CertificateRequest, order: Order
) -> Issued:
    """Issue the certificate of an order, and store it.

    Raises: `InvalidRequest` if the issuer can't sign, or the role forbids the certificate; `RateLimited` if the role
        allows no more of these names.
    """
    issuer = await signer(request.view, signatory.issuer_id)
    role = signatory.role or _VERBATIM
    common_name = _common_name(csr, order, needed=role.require_cn)
    asked = _asked(common_name, order.identifiers, csr)
    if asked.requested is not None:
        check_key(role, asked.requested)
    allowed = judged(replace(role, require_cn=bool(common_name)), asked, await _context(request, role, issuer.record))
    check_same(allowed.names, order)
    serial = leaf.new_serial(request, random)
    access = await access_of_leaf(request.view, issuer.record, serial)
    draft = replace(
        allowed.draft(serial, csr.public, access),
        not_after=_ends(request, allowed.validity.not_after, config, order),
    )
    if not (config.allow_role_ext_key_usage and signatory.role is not None):
        draft = replace(draft, ext_key_usage=(_SERVER_AUTH,))
    by = leaf.Order(issuer=issuer, role=role, role_name=signatory.role_name)
    issued = await leaf.issued(request, random, by, leaf.Wanted(draft=leaf.fitted(draft), common_name=common_name))
    return Issued(
        serial=serials.shown(issued.serial),
        begins_at=issued.not_before,
        expires_at=issued.not_after,
        chain="".join(certificates.in_pem(each) for each in (issued.certificate, *issuer.chain)),
        renewal_id=renewal_id(issued.certificate),
    )


def check_same(names: Names, order: Order) -> None:
    """Raise `InvalidRequest` unless a certificate names what was proved, no more and no less.  (p)

    The rules of a role may leave names out, or add the common name.
    """
    written = {("dns", each.lower()) for each in names.dns} | {("ip", each) for each in names.ips}
    proved = {each.pair for each in order.identifiers}
    if written != proved or names.emails or names.uris or names.others:
        raise InvalidRequest("the role makes other names of those that were ordered")


def _asked(common_name: str, wanted: tuple[Identifier, ...], csr: CertificateRequest | None = None) -> Asked:
    """What an order asks for, in the terms of roles.

    The names are those of the order, which the certificate request has too.
    """
    names = Names(
        dns=tuple(each.value for each in wanted if each.type == "dns"),
        ips=tuple(each.value for each in wanted if each.type == "ip"),
    )
    requested = None
    if csr is not None:
        requested = Requested(common_name=common_name, names=names, key_type=csr.key_type, key_bits=csr.key_bits)
    return Asked(common_name=common_name, alt_names=names.dns, ip_sans=names.ips, requested=requested)


async def _context(request: Request, role: RoleRecord, issuer: IssuerRecord | None = None) -> Context:
    """What rules look at.

    Clients of ACME can't ask for less time, so a certificate ends with its issuer where it would be refused to others.
    """
    refuses = issuer is not None and issuer.leaf_not_after_behavior == "err"
    return await context_of(request, role, issuer, "truncate" if refuses else "")


def _common_name(csr: CertificateRequest, order: Order, *, needed: bool) -> str:
    """The common name of a certificate: that of the request, or else the first name that can be one, if one is needed.

    An address is none: roles would take it for a host name.
    """
    ordered = [each.value for each in order.identifiers if each.type == "dns"]
    if csr.common_name.lower() in ordered:
        return csr.common_name.lower()
    fitting = [name for name in ordered if len(name) <= COMMON_NAME_CHARACTERS]
    fitting.sort(key=lambda name: name.startswith("*."))
    return fitting[0] if needed and fitting else ""


def _ends(request: Request, not_after: int, config: AcmeConfig, order: Order) -> int:
    ends = [not_after, int(request.now) + config.max_ttl_s]
    return min(ends) if not order.not_after else min(*ends, int(order.not_after))


async def certificate(view: View, serial: str) -> bytes | None:
    """A certificate in DER by its serial number, or None."""
    number = serials.parsed(serial)
    record = await certificate_rows.certificate_of(view, number) if number is not None else None
    return record.certificate if record is not None else None


async def is_revoked(view: View, serial: str) -> bool:
    """Whether a certificate that is stored here was revoked."""
    der, number = await certificate(view, serial), serials.parsed(serial)
    return der is not None and number is not None and await revoked_of(view, number, der) is not None


async def revoke(request: Request, der: bytes, reason: int) -> None:
    """Revoke a certificate.  Raises `Problem` for one that can't be listed any more."""
    try:
        await revoking.revoke(request, certificate_of_der(der), reason)
    except InvalidRequest as error:
        raise malformed(error.text) from error
