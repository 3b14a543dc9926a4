"""Requests for certificates of keys that are held here.

Source: RFC 2986
"""

from __future__ import annotations

import re
import warnings
from typing import Final, Protocol, runtime_checkable

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

from strongroom.crypto.asymmetric.ecdsa import CURVES
from strongroom.crypto.pem_blocks import CONTENT
from strongroom.crypto.unreadable import UNREADABLE
from strongroom.lib.errors import InvalidRequest

_MAX_CHARACTERS: Final = 64 * 1024
_BLOCK = re.compile(rf"-----BEGIN ((?:NEW )?CERTIFICATE REQUEST)-----\s{CONTENT}-----END \1-----".encode())
_HASHES: Final = {curve.curve.name: curve.hash for curve in CURVES.values()}


@runtime_checkable
class Signer(Protocol):
    """A pair of any kind."""

    def signer(self) -> CertificateIssuerPrivateKeyTypes:
        """What signs.  Raises `InvalidRequest` for a public key."""
        ...


def request_for(key: Signer, template: str = "") -> str:
    """A certificate request for the key, in PEM.

    RSA keys sign with PKCS #1 v1.5 and SHA-256, EC keys with the hash of their curve.

    Args:
        template: a request in PEM, of which subject and extensions are taken; empty for a request without a subject.
            Its key, its other attributes and its signature don't matter.

    Raises:
        InvalidRequest: the key is a public one, or the template isn't readable.
    """
    signer = key.signer()
    with warnings.catch_warnings():
        # They concern names and numbers that others have chosen.
        warnings.simplefilter("ignore")
        try:
            built = _builder(template).sign(signer, _hash(signer))
        except UNREADABLE as error:
            raise InvalidRequest("the template is no valid certificate request") from error
    return built.public_bytes(serialization.Encoding.PEM).decode()


def _builder(template: str) -> x509.CertificateSigningRequestBuilder:
    builder = x509.CertificateSigningRequestBuilder()
    if not template:
        return builder.subject_name(x509.Name([]))
    if len(template) > _MAX_CHARACTERS:
        raise InvalidRequest(f"a certificate request has at most {_MAX_CHARACTERS} characters")
    block = _BLOCK.search(template.encode("utf-8", "surrogatepass"))
    if block is None:
        raise InvalidRequest("could not decode PEM CSR: there is no block of the label CERTIFICATE REQUEST")
    parsed = x509.load_pem_x509_csr(block[0])
    builder = builder.subject_name(parsed.subject)
    for extension in parsed.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder


def _hash(signer: CertificateIssuerPrivateKeyTypes) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None:
    match signer:
        case rsa.RSAPrivateKey():
            return hashes.SHA256()
        case ec.EllipticCurvePrivateKey():
            return _HASHES[signer.curve.name]
    return None
