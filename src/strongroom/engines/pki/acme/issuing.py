"""What the ACME server has the engine do: find who signs, issue, look up, revoke."""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.crypto.acme_certificates import shown
from strongroom.crypto.issuing import certificates, usages
from strongroom.crypto.issuing.contents import Draft, Names, Subject
from strongroom.crypto.ordered_names import OrderedNames
from strongroom.engines.pki import serials
from strongroom.engines.pki.acme.problems import Problem, malformed
from strongroom.engines.pki.acme.records import AcmeConfig, Identifier, Order
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.certificates.records import CertificateRecord
from strongroom.engines.pki.issuers.authorities import Signer, signer
from strongroom.engines.pki.issuers.records import ClusterConfig
from strongroom.engines.pki.issuers.rows import referred
from strongroom.engines.pki.issuing.signing import signed
from strongroom.engines.pki.references import DEFAULT
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.engines.pki.roles.rows import role_of
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, Request, View, is_segment_name

_CLUSTER: Final = "config/cluster"
_SERVER_AUTH: Final = "1.3.6.1.5.5.7.3.1"
_CLIENT_AUTH: Final = "1.3.6.1.5.5.7.3.2"


class Authority(msgspec.Struct, frozen=True):
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
    found = await view.read(_CLUSTER, ClusterConfig)
    if found is None or not found.path:
        raise Problem("serverInternal", "the mount lacks the URL at which clients reach it (config/cluster, path)")
    return found.path.rstrip("/")


async def has_cluster_path(view: View) -> bool:
    """Whether clients can be told where the mount is."""
    found = await view.read(_CLUSTER, ClusterConfig)
    return found is not None and bool(found.path)


async def authority_of(view: View, issuer_ref: str, role_name: str) -> Authority:
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
    return Authority(reference, issuer.id, issuer.name, role_name, role)


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


async def issue(
    request: Request, authority: Authority, config: AcmeConfig, names: OrderedNames, order: Order, random: Random
) -> Issued:
    """Issue the certificate of an order, and store it.

    Raises: `InvalidRequest` if the issuer can't sign, or the role forbids the certificate.
    """
    issuer = await signer(request.view, authority.issuer_id)
    role = authority.role or RoleRecord()
    begins = int(request.now) - role.not_before_duration_s
    draft = Draft(
        serial=request.once("serial", lambda: serials.new(random)),
        public=names.public,
        not_before=begins,
        not_after=_ends(request, role, config, issuer, order),
        subject=Subject(common_name=names.common_name),
        names=Names(dns=_of("dns", order), ips=_of("ip", order)),
        key_usage=tuple(bit for name in role.key_usage if (bit := usages.key_usage(name)) is not None),
        ext_key_usage=_ext_key_usage(role if config.allow_role_ext_key_usage and authority.role else None),
    )
    der = signed(draft, issuer.authority, role.signature_bits, pss=role.use_pss)
    record = CertificateRecord(
        certificate=der,
        issuer_id=issuer.record.id,
        not_after=draft.not_after,
        issued_at=request.now,
        role=authority.role_name,
        common_name=names.common_name,
    )
    certificate_rows.keep(request.view, draft.serial, record)
    return Issued(
        serial=serials.shown(draft.serial),
        begins_at=begins,
        expires_at=draft.not_after,
        chain="".join(certificates.in_pem(each) for each in (der, *issuer.chain)),
        renewal_id=shown(der).renewal_id,
    )


def _ends(request: Request, role: RoleRecord, config: AcmeConfig, issuer: Signer, order: Order) -> int:
    """When a certificate ends.

    It is never refused because its issuer ends earlier: clients of ACME can't ask for less, so it ends with the issuer.
    """
    wanted = role.ttl_s or request.mount.default_lease_ttl_s
    bounds = [wanted, config.max_ttl_s, role.max_ttl_s or request.mount.max_lease_ttl_s]
    ends = [int(request.now) + min(bounds)]
    if order.not_after:
        ends.append(int(order.not_after))
    if issuer.record.leaf_not_after_behavior != "permit" and issuer.record.not_after:
        ends.append(int(issuer.record.not_after))
    return min(ends)


def _ext_key_usage(role: RoleRecord | None) -> tuple[str, ...]:
    if role is None:
        return (_SERVER_AUTH,)
    flags = ((role.server_flag, _SERVER_AUTH), (role.client_flag, _CLIENT_AUTH))
    named = [found for name in role.ext_key_usage if (found := usages.ext_key_usage(name)) is not None]
    return tuple(dict.fromkeys([*(oid for flag, oid in flags if flag), *named, *role.ext_key_usage_oids]))


def _of(kind: str, order: Order) -> tuple[str, ...]:
    return tuple(each.value for each in order.identifiers if each.type == kind)


async def certificate(view: View, serial: str) -> bytes | None:
    """A certificate in DER by its serial number, or None."""
    number = serials.parsed(serial)
    record = await certificate_rows.certificate_of(view, number) if number is not None else None
    return record.certificate if record is not None else None


async def check_identifiers(request: Request, authority: Authority, wanted: tuple[Identifier, ...]) -> None:
    """Raise `Problem` for identifiers that the role of the directory doesn't allow."""
    # filled in when the rules of roles are there
