"""What listings say of a certificate.

Source: RFC 5280, section 4.1
"""

from __future__ import annotations

import warnings

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from strongroom.crypto.unreadable import UNREADABLE


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate says, as far as somebody looks for it.  Times in seconds since the epoch."""

    common_name: str
    dns_names: tuple[str, ...]
    issuer: str
    """As in RFC 4514."""
    key_type: str
    """Empty for a kind that isn't issued here."""
    key_bits: int
    not_before: int
    not_after: int


def shown(der: bytes) -> Shown:
    """Read a certificate of this mount, or one that was imported.  What can't be read of it is left out."""
    with warnings.catch_warnings():
        # They concern names and numbers that others have chosen.
        warnings.simplefilter("ignore")
        certificate = x509.load_der_x509_certificate(der)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        key_type, key_bits = _key(certificate)
        return Shown(
            common_name=str(names[-1].value) if names else "",
            dns_names=_dns_names(certificate),
            issuer=certificate.issuer.rfc4514_string(),
            key_type=key_type,
            key_bits=key_bits,
            not_before=int(certificate.not_valid_before_utc.timestamp()),
            not_after=int(certificate.not_valid_after_utc.timestamp()),
        )


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    try:
        match certificate.public_key():
            case rsa.RSAPublicKey() as key:
                return "rsa", key.key_size
            case ec.EllipticCurvePublicKey() as key:
                return "ec", key.curve.key_size
            case ed25519.Ed25519PublicKey():
                return "ed25519", 256
    except (ValueError, UnsupportedAlgorithm):
        return "", 0
    return "", 0


def _dns_names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return ()
    return tuple(found.value.get_values_for_type(x509.DNSName))
