"""What the certificate of an authority says of the names below it, and the names that constraints are about.

Source: RFC 5280, section 4.2.1.10
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from cryptography import x509
from cryptography.x509.oid import NameOID

from strongroom.crypto.issuing.contents import NameConstraints, Names, Subject
from strongroom.crypto.issuing.requested_names import alternatives

X509Name = x509.Name


class SubjectNames(msgspec.Struct, frozen=True):
    """What of a subject verifiers take for names of hosts or people."""

    common_names: tuple[str, ...]
    emails: tuple[str, ...] = ()


def constraints_of(certificate: x509.Certificate) -> NameConstraints:
    """The constraints of an authority about hosts, addresses, mailboxes and URIs, and no others."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return NameConstraints()
    permitted, excluded = found.permitted_subtrees or (), found.excluded_subtrees or ()
    return NameConstraints(
        permitted_dns=_of(x509.DNSName, permitted),
        excluded_dns=_of(x509.DNSName, excluded),
        permitted_ips=_of(x509.IPAddress, permitted),
        excluded_ips=_of(x509.IPAddress, excluded),
        permitted_emails=_of(x509.RFC822Name, permitted),
        excluded_emails=_of(x509.RFC822Name, excluded),
        permitted_uris=_of(x509.UniformResourceIdentifier, permitted),
        excluded_uris=_of(x509.UniformResourceIdentifier, excluded),
    )


def subject_names(subject: Subject | x509.Name) -> SubjectNames:
    """The common names and the mailboxes of a subject."""
    if isinstance(subject, Subject):
        return SubjectNames((subject.common_name,) if subject.common_name else ())
    return SubjectNames(_attributes(subject, NameOID.COMMON_NAME), _attributes(subject, NameOID.EMAIL_ADDRESS))


def alternative_names(certificate: x509.Certificate) -> Names:
    """The alternative names of a certificate.  Raises `InvalidRequest` for too many, or control characters in one."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return Names()
    return alternatives(found)[0]


def text_of(name: x509.Name) -> str:
    """A name as people read it, such as `CN=Example Root,O=Example`."""
    return name.rfc4514_string()


def _of(kind: type[x509.GeneralName], subtrees: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    return tuple(str(each.value) for each in subtrees if isinstance(each, kind))


def _attributes(subject: x509.Name, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    return tuple(
        each.value for each in subject.get_attributes_for_oid(oid) if isinstance(each.value, str) and each.value
    )
