"""What a certificate says, as the parameters that another one like it is asked for with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

from strongroom.crypto.certificates import Certificate
from strongroom.crypto.unreadable import UNREADABLE
from strongroom.lib.errors import InvalidRequest

KeyType = Literal["rsa", "ec", "ed25519", ""]


@dataclass(frozen=True, slots=True)
class Template:
    """The parts of a certificate that a request for one names."""

    subject: dict[str, tuple[str, ...]]
    """Values by the names of the API, such as `organization`."""
    dns_names: tuple[str, ...]
    email_addresses: tuple[str, ...]
    ip_addresses: tuple[str, ...]
    uris: tuple[str, ...]
    permitted_dns_domains: tuple[str, ...]
    max_path_length: int
    """-1 for any."""
    lifetime_s: int
    signature_bits: int
    """0 where the kind of key decides, -1 if it isn't one that is asked for."""
    use_pss: bool
    key_type: KeyType
    key_bits: int
    """0 where the kind of key decides."""
    subject_key_id: bytes


_ATTRIBUTES = {
    "common_name": NameOID.COMMON_NAME,
    "ou": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "organization": NameOID.ORGANIZATION_NAME,
    "country": NameOID.COUNTRY_NAME,
    "locality": NameOID.LOCALITY_NAME,
    "province": NameOID.STATE_OR_PROVINCE_NAME,
    "street_address": NameOID.STREET_ADDRESS,
    "postal_code": NameOID.POSTAL_CODE,
    "serial_number": NameOID.SERIAL_NUMBER,
}


def template_of(certificate: Certificate) -> Template:
    """The parameters that another certificate like this is asked for with.  Raises `InvalidRequest`."""
    parsed = certificate.x509
    try:
        extensions = parsed.extensions
        key_type, key_bits = _key(parsed.public_key())
        addresses = _addresses(extensions)
        return Template(
            subject={name: _values(parsed.subject, oid) for name, oid in _ATTRIBUTES.items()},
            dns_names=certificate.dns_names,
            email_addresses=certificate.email_addresses,
            ip_addresses=addresses,
            uris=certificate.uris,
            permitted_dns_domains=_permitted(extensions),
            max_path_length=_path_length(extensions),
            lifetime_s=int(certificate.not_after - certificate.not_before),
            signature_bits=_signature_bits(parsed),
            use_pss=isinstance(parsed.signature_algorithm_parameters, padding.PSS),
            key_type=key_type,
            key_bits=key_bits,
            subject_key_id=certificate.subject_key_id,
        )
    except UNREADABLE as error:
        raise InvalidRequest("the certificate is malformed") from error


def _values(name: x509.Name, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    return tuple(str(each.value) for each in name.get_attributes_for_oid(oid))


def _addresses(extensions: x509.Extensions) -> tuple[str, ...]:
    try:
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(each) for each in names.get_values_for_type(x509.IPAddress))


def _permitted(extensions: x509.Extensions) -> tuple[str, ...]:
    try:
        permitted = extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    except x509.ExtensionNotFound:
        return ()
    return tuple(each.value for each in permitted or () if isinstance(each, x509.DNSName))


def _path_length(extensions: x509.Extensions) -> int:
    try:
        length = extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
    except x509.ExtensionNotFound:
        return -1
    return -1 if length is None else length


def _signature_bits(parsed: x509.Certificate) -> int:
    hashed = parsed.signature_hash_algorithm
    if hashed is None:
        return 0
    bits = hashed.digest_size * 8
    return bits if bits in {256, 384, 512} else -1


def _key(key: object) -> tuple[KeyType, int]:
    match key:
        case rsa.RSAPublicKey():
            return "rsa", key.key_size
        case ec.EllipticCurvePublicKey():
            return "ec", key.key_size
        case ed25519.Ed25519PublicKey():
            return "ed25519", 0
        case _:
            return "", 0
