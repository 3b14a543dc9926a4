"""What enrolment over secure transport sends and compares: bundles of certificates, wishes, identities.

Source: RFC 7030; RFC 8951; RFC 2315, section 9.1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from strongroom.crypto import der, der_values
from strongroom.crypto.certificates import Certificate
from strongroom.crypto.issuing import algorithm_ids as ids
from strongroom.crypto.issuing.requested_names import alternatives
from strongroom.crypto.issuing.requests import CertificateRequest

_SET: Final = 0x31
_ENCRYPTION_WISHES: Final = (
    der_values.identifier("1.2.840.113549.1.9.16.2.37"),  # id-aa-decryptKeyID
    der_values.identifier("1.2.840.113549.1.9.16.2.54"),  # id-aa-asymmDecryptKeyID
    der_values.identifier("1.2.840.113549.1.9.15"),  # smimeCapabilities
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
        return der_values.sequence((_attribute(ids.RSA, der_values.integer(key_bits)),))
    if key_type == "ec":
        return der_values.sequence((_attribute(ids.EC, ids.CURVES[key_bits]),))
    return der_values.sequence((ids.ED25519,))


def _attribute(type_: bytes, value: bytes) -> bytes:
    return der_values.sequence((type_, der.encoded(_SET, value)))


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
