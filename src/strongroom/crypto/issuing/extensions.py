"""The extensions of a certificate, in the order in which they are written.

Source: RFC 5280, section 4.2
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from strongroom.crypto.der import elements
from strongroom.crypto.issuing.contents import Access, Draft, NameConstraints, Policy
from strongroom.crypto.issuing.names import alternative
from strongroom.crypto.issuing.usages import KEY_USAGES

Extension = tuple[x509.ExtensionType, bool]
"""The value, and whether it is critical."""


def extensions(draft: Draft, authority_key_id: bytes) -> Iterator[Extension]:
    """What a draft asks for.

    Args:
        authority_key_id: the issuer's own key identifier, as its certificate has it; empty for one that signs itself.
    """
    own = draft.subject_key_id or key_id(draft.public)
    if draft.key_usage:
        yield x509.KeyUsage(**{bit: bit in draft.key_usage for bit in KEY_USAGES.values()}), True
    if draft.ext_key_usage:
        yield x509.ExtendedKeyUsage(x509.ObjectIdentifier(oid) for oid in draft.ext_key_usage), False
    if draft.basic_constraints:
        yield x509.BasicConstraints(draft.basic_constraints == "authority", draft.path_length), True
    yield x509.SubjectKeyIdentifier(own), False
    yield x509.AuthorityKeyIdentifier(authority_key_id or own, None, None), False
    yield from _issuer_access(draft.access)
    if draft.names:
        # An authority's or a client's name may stand here alone, and then has to be understood.
        yield (
            alternative(draft.names),
            not list(draft.subject) if isinstance(draft.subject, x509.Name) else not draft.subject,
        )
    if draft.policies:
        yield x509.CertificatePolicies(_policy(each) for each in draft.policies), False
    if draft.constraints:
        yield _constraints(draft.constraints), True
    yield from _lists(draft.access)
    for other in draft.others:
        yield x509.UnrecognizedExtension(x509.ObjectIdentifier(other.oid), other.value), other.critical


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
        yield x509.AuthorityInformationAccess(found), False


def _lists(access: Access) -> Iterator[Extension]:
    if access.crl_distribution_points:
        yield x509.CRLDistributionPoints(_points(access.crl_distribution_points)), False
    if access.delta_crl_distribution_points:
        yield x509.FreshestCRL(_points(access.delta_crl_distribution_points)), False


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
