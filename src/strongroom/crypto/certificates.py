"""Certificates that clients show and administrators register: read, and said what is in them.

Source: RFC 5280
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from strongroom.crypto import der as der_
from strongroom.crypto.pem import WEAK_HASHES, key_weakness
from strongroom.crypto.pem_blocks import CONTENT
from strongroom.crypto.unreadable import UNREADABLE
from strongroom.lib.errors import InvalidRequest

T = TypeVar("T", bound=x509.ExtensionType)

MOST_BYTES = 32 * 1024
"""The longest certificate that is read."""
_MAX_RSA_BITS = 8192
"""Verifying a signature by a longer key takes long, and anybody can send one."""
_ANY_USAGE = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string
_CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string
_OCSP_SIGNING = ExtendedKeyUsageOID.OCSP_SIGNING.dotted_string
_BLOCK = re.compile(rf"-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----\s{CONTENT}-----END \1-----".encode())
_CACHED = 1024
"""Texts of roles, which administrators write.  What clients show isn't kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """What a certificate says.  Nobody vouches for it yet."""

    der: bytes
    common_name: str
    """Of several, the last one."""
    organizations: tuple[str, ...]
    organizational_units: tuple[str, ...]
    dns_names: tuple[str, ...]
    email_addresses: tuple[str, ...]
    uris: tuple[str, ...]
    serial_number: int
    extensions: Mapping[str, bytes]
    """The value of each, in DER, by its object identifier."""
    is_ca: bool
    usages: frozenset[str] | None
    """Object identifiers of what its key may be used for; None for anything."""
    subject: bytes
    """In DER, as is `issuer`."""
    issuer: bytes
    issuer_text: str
    subject_key_id: bytes
    authority_key_id: bytes
    ocsp_urls: tuple[str, ...]
    not_before: float
    """Seconds since the epoch, as is `not_after`."""
    not_after: float
    public_key_sha256: str
    """Of the SubjectPublicKeyInfo, in hexadecimal digits."""
    weakness: str
    """Why it can't be relied on, as what follows "it"; empty if it can.

    Of one that names itself as its issuer the signature isn't looked at: that of an authority proves nothing anyway.
    """
    x509: x509.Certificate = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    @property
    def is_for_clients(self) -> bool:
        """Whether its extended key usage allows clients of TLS."""
        return self.usages is None or bool(self.usages & {_CLIENT, _ANY_USAGE})

    @property
    def is_for_ocsp(self) -> bool:
        """Whether it may sign an authority's OCSP responses in its place.  Source: RFC 6960, section 4.2.2.2"""
        return self.usages is not None and _OCSP_SIGNING in self.usages

    @property
    def is_self_issued(self) -> bool:
        """Whether it names itself as its issuer."""
        return self.subject == self.issuer

    @property
    def weak_signature(self) -> str:
        """Why its issuer's signature proves nothing, as what follows "it"; empty if it does.

        Its names don't matter: whoever forges a certificate chooses the subject, and may take the issuer's.
        """
        return _weak_signature(self.x509)

    def valid_at(self, now: float) -> str:
        """Why it doesn't count at a time; empty if it does."""
        if now < self.not_before:
            return "is not valid yet"
        return "has expired" if now > self.not_after else ""


def certificate_of_der(data: bytes) -> Certificate:
    """Read a certificate.  Raises `InvalidRequest` that names what is wrong, as what follows "it"."""
    if len(data) > MOST_BYTES:
        raise InvalidRequest(f"is longer than {MOST_BYTES} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = x509.load_der_x509_certificate(data)
            return _read(data, parsed)
    except UNREADABLE as error:
        raise InvalidRequest("is malformed") from error


def certificates_of_pem(text: str | bytes) -> tuple[Certificate, ...]:
    """The certificates of a PEM text, in their order, which is kept.

    Raises: `InvalidRequest` as `certificate_of_der` does.
    """
    return _kept_of_pem(_bytes(text))


def certificates_of_clients(text: str | bytes) -> tuple[Certificate, ...]:
    """What `certificates_of_pem` gives, for a text that a client sends: it isn't kept."""
    return _of_pem(_bytes(text))


def _bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _of_pem(data: bytes) -> tuple[Certificate, ...]:
    blocks = [match[0] for match in _BLOCK.finditer(data)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ders = [x509.load_pem_x509_certificate(block).public_bytes(serialization.Encoding.DER) for block in blocks]
    except UNREADABLE as error:
        raise InvalidRequest("is malformed") from error
    if not ders or len(blocks) != len(re.findall(rb"-----BEGIN [A-Z0-9 ]*CERTIFICATE-----", data)):
        raise InvalidRequest("is no certificate in PEM")
    return tuple(certificate_of_der(each) for each in ders)


_kept_of_pem = lru_cache(_CACHED)(_of_pem)


def _read(data: bytes, parsed: x509.Certificate) -> Certificate:
    extensions, subject = parsed.extensions, parsed.subject
    names = _found(extensions, x509.SubjectAlternativeName)
    basic = _found(extensions, x509.BasicConstraints)
    usage = _found(extensions, x509.ExtendedKeyUsage)
    own, authority = _found(extensions, x509.SubjectKeyIdentifier), _found(extensions, x509.AuthorityKeyIdentifier)
    access = _found(extensions, x509.AuthorityInformationAccess)
    key = parsed.public_key()
    common_names = _texts(subject, NameOID.COMMON_NAME)
    return Certificate(
        der=data,
        common_name=common_names[-1] if common_names else "",
        organizations=_texts(subject, NameOID.ORGANIZATION_NAME),
        organizational_units=_texts(subject, NameOID.ORGANIZATIONAL_UNIT_NAME),
        dns_names=tuple(names.get_values_for_type(x509.DNSName)) if names else (),
        email_addresses=tuple(names.get_values_for_type(x509.RFC822Name)) if names else (),
        uris=tuple(names.get_values_for_type(x509.UniformResourceIdentifier)) if names else (),
        serial_number=parsed.serial_number,
        extensions=der_.extensions(parsed.tbs_certificate_bytes),
        is_ca=basic is not None and basic.ca,
        usages=None if usage is None else frozenset(each.dotted_string for each in usage),
        subject=subject.public_bytes(),
        issuer=parsed.issuer.public_bytes(),
        issuer_text=parsed.issuer.rfc4514_string(),
        subject_key_id=own.digest if own else b"",
        authority_key_id=(authority.key_identifier or b"") if authority else b"",
        ocsp_urls=_ocsp_urls(access),
        not_before=parsed.not_valid_before_utc.timestamp(),
        not_after=parsed.not_valid_after_utc.timestamp(),
        public_key_sha256=_digest(key),
        weakness=_weakness(parsed, key),
        x509=parsed,
    )


def _found(extensions: x509.Extensions, type_: type[T]) -> T | None:
    try:
        return extensions.get_extension_for_class(type_).value
    except x509.ExtensionNotFound:
        return None


def _texts(name: x509.Name, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    return tuple(str(each.value) for each in name.get_attributes_for_oid(oid))


def _ocsp_urls(access: x509.AuthorityInformationAccess | None) -> tuple[str, ...]:
    return tuple(
        each.access_location.value
        for each in access or ()
        if each.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(each.access_location, x509.UniformResourceIdentifier)
    )


def _digest(key: object) -> str:
    encoded = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(encoded).hexdigest()


def _weakness(parsed: x509.Certificate, key: object) -> str:
    if not isinstance(
        key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
    ):
        return "has a key of a kind that isn't accepted"
    if isinstance(key, rsa.RSAPublicKey) and key.key_size > _MAX_RSA_BITS:
        return f"has an RSA key of more than {_MAX_RSA_BITS} bits"
    if weakness := key_weakness(key):
        return weakness
    return "" if parsed.issuer == parsed.subject else _weak_signature(parsed)


def _weak_signature(parsed: x509.Certificate) -> str:
    hashed = parsed.signature_hash_algorithm
    if hashed is not None and hashed.name in WEAK_HASHES:
        return f"is signed with {hashed.name}, which is too weak"
    return ""
