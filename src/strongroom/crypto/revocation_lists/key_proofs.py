"""Whether a private key is that of a certificate: who has it may revoke the certificate."""

from __future__ import annotations

import hmac
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from strongroom.crypto.asymmetric.key_files import spki
from strongroom.crypto.asymmetric.rsa_checks import check_numbers
from strongroom.crypto.certificates import Certificate
from strongroom.lib.errors import InvalidRequest

_MOST_CHARACTERS: Final = 16 * 1024


def belongs_to(pem: str, certificate: Certificate) -> bool:
    """Whether a private key in PEM is the certificate's.

    Raises: `InvalidRequest` if it can't be read, or is made up: a file with a private key holds the public one too,
        which everybody can put there who has seen the certificate.
    """
    if len(pem) > _MOST_CHARACTERS:
        raise InvalidRequest(f"the private key is longer than {_MOST_CHARACTERS} characters")
    try:
        key = serialization.load_pem_private_key(
            pem.encode("utf-8", "surrogatepass"), None, unsafe_skip_rsa_key_validation=True
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The cause may quote the key.
        raise InvalidRequest("failed to parse the provided private key: it is no unencrypted key in PEM") from None
    match key:
        case rsa.RSAPrivateKey():
            check_numbers(key.private_numbers())
        case ec.EllipticCurvePrivateKey() | ed25519.Ed25519PrivateKey() | ed448.Ed448PrivateKey():
            pass  # the library computes the public key, or compares it
        case _:
            raise InvalidRequest("the private key is of a kind that proves nothing here")
    return hmac.compare_digest(spki(key.public_key()), spki(certificate.x509.public_key()))
