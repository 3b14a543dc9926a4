"""The extensions of a certificate, in the order in which they are written.

Source: RFC 5280, section 4.2
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from strongroom.crypto import der_values
from strongroom.crypto.der import elements
from strongroom.crypto.issuing.contents import Access, Draft, NameConstraints, Policy
from strongroom.crypto.issuing.names import alternative
from strongroom.crypto.issuing.usages import KEY_USAGES

_KEPT = 256
"""Values that are the same in all certificates of a role or of an issuer, and so are encoded once."""


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension as it stands in a certificate."""

    oid: str
    encoded: bytes
    """In DER: identifier, whether it is critical, value."""


def _extension(value: x509.ExtensionType, *, critical: bool = False) -> Extension:
    oid = value.oid.dotted_string
    return Extension(oid, der_values.extension(oid, value.public_bytes(), critical=critical))


def extensions(draft: Draft, authority_key_id: bytes) -> Iterator[Extension]:
    """What a draft asks for.

    Args:
        authority_key_id: the issuer's own key identifier, as its certificate has it; empty for one that signs itself.
    """
    own = draft.subject_key_id or key_id(draft.public)
    if draft.key_usage:
        yield _key_usage(draft.key_usage)
    if draft.ext_key_usage:
        yield _ext_key_usage(draft.ext_key_usage)
    if draft.basic_constraints:
        authority = draft.basic_constraints == "authority"
        yield _extension(x509.BasicConstraints(authority, draft.path_length), critical=True)
    yield _extension(x509.SubjectKeyIdentifier(own))
    yield _authority_key_id(authority_key_id) if authority_key_id else _extension(_identified(own))
    yield from _issuer_access(draft.access)
    if draft.names:
        # An authority's or a client's name may stand here alone, and then has to be understood.
        nameless = not list(draft.subject) if isinstance(draft.subject, x509.Name) else not draft.subject
        yield _extension(alternative(draft.names), critical=nameless)
    if draft.policies:
        yield _extension(x509.CertificatePolicies(_policy(each) for each in draft.policies))
    if draft.constraints:
        yield _extension(_constraints(draft.constraints), critical=True)
    yield from _lists(draft.access)
    for other in draft.others:
        value = x509.UnrecognizedExtension(x509.ObjectIdentifier(other.oid), other.value)
        yield _extension(value, critical=other.critical)


@lru_cache(maxsize=_KEPT)
def _key_usage(bits: tuple[str, ...]) -> Extension:
    return _extension(x509.KeyUsage(**{bit: bit in bits for bit in KEY_USAGES.values()}), critical=True)


@lru_cache(maxsize=_KEPT)
def _ext_key_usage(oids: tuple[str, ...]) -> Extension:
    return _extension(x509.ExtendedKeyUsage(x509.ObjectIdentifier(oid) for oid in oids))


@lru_cache(maxsize=_KEPT)
def _authority_key_id(key_id: bytes) -> Extension:
    return _extension(_identified(key_id))


def _identified(key_id: bytes) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier(key_id, None, None)


def key_id(spki: bytes) -> bytes:
    """SHA-1 of a public key's bits.  Source: RFC 5280, section 4.2.1.2, method 1."""
    (_, whole), *_ = elements(spki)
    *_, (_, bits) = elements(whole)
    return hashlib.sha1(bits[1:], usedforsecurity=False).digest()


def _issuer_access(access: Access) -> Iterator[Extension]:
    ocsp, issuers = AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS
    found = [x509.AccessDescription(ocsp, x509.UniformResourceIdentifier(url)) for url in access.ocsp_servers]
    found += [
        x509.AccessDescription(issuers, x509.UniformResourceIdentifier(url)) for url in access.issuing_certificates
    ]
    if found:
        yield _extension(x509.AuthorityInformationAccess(found))


def _lists(access: Access) -> Iterator[Extension]:
    if access.crl_distribution_points:
        yield _extension(x509.CRLDistributionPoints(_points(access.crl_distribution_points)))
    if access.delta_crl_distribution_points:
        yield _extension(x509.FreshestCRL(_points(access.delta_crl_distribution_points)))


def _points(urls: tuple[str, ...]) -> list[x509.DistributionPoint]:
    return [x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None) for url in urls]


def _policy(policy: Policy) -> x509.PolicyInformation:
    qualifiers: list[str | x509.UserNotice] = []
    if policy.cps:
        qualifiers.append(policy.cps)
    if policy.notice:
        qualifiers.append(x509.UserNotice(None, policy.notice))
    return x509.PolicyInformation(x509.ObjectIdentifier(policy.oid), qualifiers or None)


def _constraints(constraints: NameConstraints) -> x509.NameConstraints:
    return x509.NameConstraints(
        _subtrees(
            constraints.permitted_dns,
            constraints.permitted_ips,
            constraints.permitted_emails,
            constraints.permitted_uris,
        ),
        _subtrees(
            constraints.excluded_dns, constraints.excluded_ips, constraints.excluded_emails, constraints.excluded_uris
        ),
    )


def _subtrees(
    dns: tuple[str, ...], ips: tuple[str, ...], emails: tuple[str, ...], uris: tuple[str, ...]
) -> list[x509.GeneralName] | None:
    found: list[x509.GeneralName] = [x509.DNSName(name) for name in dns]
    found += [x509.IPAddress(ipaddress.ip_network(network)) for network in ips]
    found += [x509.RFC822Name(name) for name in emails]
    found += [x509.UniformResourceIdentifier(name) for name in uris]
    return found or None
