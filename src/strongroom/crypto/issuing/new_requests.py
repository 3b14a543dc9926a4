"""Certificate requests of keys that are held here, for another authority to sign.

Source: RFC 2986
"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from strongroom.crypto.asymmetric.formats import pem
from strongroom.crypto.issuing.contents import Names, Subject
from strongroom.crypto.issuing.names import alternative, distinguished
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.crypto.issuing.signing import Scheme
from strongroom.lib.errors import InvalidRequest


def new_request(key: PrivateKey, subject: Subject, names: Names, scheme: Scheme, *, authority: bool) -> bytes:
    """A certificate request, in DER.

    Args:
        authority: whether it says that it is an authority's, which some programs want to see.

    Raises: `InvalidRequest` for contents that can't be encoded.
    """
    try:
        builder = x509.CertificateSigningRequestBuilder().subject_name(distinguished(subject))
        if names:
            builder = builder.add_extension(alternative(names), critical=not subject)
        if authority:
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        made = builder.sign(key.loaded, scheme.hash, rsa_padding=scheme.padding)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidRequest(f"the certificate request can't be made: {error}") from error
    return made.public_bytes(serialization.Encoding.DER)


def in_pem(der: bytes) -> str:
    """A certificate request in PEM, with a line end."""
    return pem("CERTIFICATE REQUEST", der)
