"""What enrolment over secure transport sends and compares: bundles of certificates, wishes, identities.

Source: RFC 7030; RFC 8951; RFC 2315, section 9.1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from strongroom.crypto import der
from strongroom.crypto.certificates import Certificate
from strongroom.crypto.issuing.requested_names import alternatives
from strongroom.crypto.issuing.requests import CertificateRequest

_SEQUENCE, _SET, _INTEGER = 0x30, 0x31, 0x02
_RSA: Final = bytes.fromhex("06092a864886f70d010101")
_EC: Final = bytes.fromhex("06072a8648ce3d0201")
_ED25519: Final = bytes.fromhex("06032b6570")
_CURVES: Final = {
    224: bytes.fromhex("06052b81040021"),
    256: bytes.fromhex("06082a8648ce3d030107"),
    384: bytes.fromhex("06052b81040022"),
    521: bytes.fromhex("06052b81040023"),
}
_ENCRYPTION_WISHES: Final = (
    bytes.fromhex("060b2a864886f70d0109100225"),  # id-aa-decryptKeyID
    bytes.fromhex("060b2a864886f70d0109100236"),  # id-aa-asymmDecryptKeyID
    bytes.fromhex("06092a864886f70d01090f"),  # smimeCapabilities
)


def bundle(certificates: Sequence[bytes]) -> bytes:
    """Certificates in a PKCS #7 message that has nothing else, in DER.

    Args:
        certificates: in DER.
    """
    return pkcs7.serialize_certificates([x509.load_der_x509_certificate(each) for each in certificates], Encoding.DER)


def wishes(key_type: str, key_bits: int) -> bytes:
    """What a certificate request should have, in DER: the kind of its key.  Source: RFC 8951, section 3.3

    Args:
        key_type: `rsa`, `ec` or `ed25519`. key_bits: of the modulus or the curve.
    """
    if key_type == "rsa":
        size = key_bits.to_bytes(key_bits.bit_length() // 8 + 1, "big")
        return der.encoded(_SEQUENCE, _attribute(_RSA, der.encoded(_INTEGER, size)))
    if key_type == "ec":
        return der.encoded(_SEQUENCE, _attribute(_EC, _CURVES[key_bits]))
    return der.encoded(_SEQUENCE, _ED25519)


def _attribute(type_: bytes, value: bytes) -> bytes:
    return der.encoded(_SEQUENCE, type_ + der.encoded(_SET, value))


def wants_encrypted_key(request: bytes) -> bool:
    """Whether a certificate request in DER asks for its key to be sent encrypted.

    Its bytes are searched: one that is mistaken for such a request is refused, which does no harm.
    Source: RFC 7030, section 4.4.1
    """
    return any(each in request for each in _ENCRYPTION_WISHES)


def is_same_subject(csr: CertificateRequest, certificate: Certificate) -> bool:
    """Whether a request names the subject of a certificate, and no alternative name that it hasn't.

    Source: RFC 7030, section 4.2.2
    """
    if csr.subject != certificate.x509.subject:
        return False
    if csr.unknown_names:
        return False
    try:
        extension = certificate.x509.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return not csr.names
    had, _ = alternatives(extension.value)
    kinds = ("dns", "emails", "ips", "uris", "others")
    return all(set(getattr(csr.names, kind)) <= set(getattr(had, kind)) for kind in kinds)
