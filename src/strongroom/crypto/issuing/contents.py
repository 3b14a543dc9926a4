"""What a certificate will say, as plain values (p).

Source: RFC 5280, section 4
"""

from __future__ import annotations

from typing import Literal

import msgspec
from cryptography import x509


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A distinguished name.  Several values of an attribute are written in one set, in ascending order."""

    country: tuple[str, ...] = ()
    organization: tuple[str, ...] = ()
    ou: tuple[str, ...] = ()
    locality: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    street_address: tuple[str, ...] = ()
    postal_code: tuple[str, ...] = ()
    common_name: str = ""
    serial_number: str = ""
    """The attribute of the subject, which has nothing to do with the certificate's serial number."""
    user_ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Subject alternative names, in the order in which they are written."""

    dns: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    """In their canonical text form."""
    uris: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    """Object identifier and UTF-8 text of each."""

    def __bool__(self) -> bool:
        return bool(self.dns or self.emails or self.ips or self.uris or self.others)


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate policy, with its qualifiers."""

    oid: str
    notice: str = ""
    cps: str = ""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Where to find the issuer's certificate, its OCSP responders and its lists: URLs."""

    issuing_certificates: tuple[str, ...] = ()
    ocsp_servers: tuple[str, ...] = ()
    crl_distribution_points: tuple[str, ...] = ()
    delta_crl_distribution_points: tuple[str, ...] = ()


class NameConstraints(msgspec.Struct, frozen=True, kw_only=True):
    """Which names an authority may issue certificates for.  Domains without a wildcard, address ranges as CIDR."""

    permitted_dns: tuple[str, ...] = ()
    excluded_dns: tuple[str, ...] = ()
    permitted_ips: tuple[str, ...] = ()
    excluded_ips: tuple[str, ...] = ()
    permitted_emails: tuple[str, ...] = ()
    excluded_emails: tuple[str, ...] = ()
    permitted_uris: tuple[str, ...] = ()
    excluded_uris: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)


class Raw(msgspec.Struct, frozen=True):
    """An extension as it stands in a certificate request."""

    oid: str
    critical: bool
    value: bytes
    """In DER."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """All that a certificate says, but for its issuer and the signature."""

    serial: int
    public: bytes
    """The subject's key: SubjectPublicKeyInfo in DER as the library writes it, which stands in the certificate so."""
    not_before: int
    """Seconds since the epoch, as is `not_after`."""
    not_after: int
    subject: Subject | x509.Name = Subject()
    """A name, or one as it stands in a certificate request."""
    names: Names = Names()
    key_usage: tuple[str, ...] = ()
    """Names as in `usages.KEY_USAGES`; the extension is left out if there are none."""
    ext_key_usage: tuple[str, ...] = ()
    """Object identifiers."""
    basic_constraints: Literal["", "authority", "leaf"] = ""
    """Whether the extension is there, and says that this is an authority's."""
    path_length: int | None = None
    policies: tuple[Policy, ...] = ()
    constraints: NameConstraints = NameConstraints()
    access: Access = Access()
    subject_key_id: bytes = b""
    """Empty for SHA-1 of the key."""
    others: tuple[Raw, ...] = ()
