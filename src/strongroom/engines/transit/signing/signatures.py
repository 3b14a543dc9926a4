"""What every family of keys does to sign and to check a signature.

Source: https://openbao.org/api-docs/secret/transit/#sign-data
"""

from __future__ import annotations

from typing import Any

from strongroom.crypto.asymmetric.ecdsa import ASN1, JWS, EcdsaKey, raw_of_der
from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.asymmetric.rsa import PKCS1V15, PSS, RsaKey
from strongroom.crypto.post_quantum.ml_dsa import MlDsaKey
from strongroom.crypto.post_quantum.slh_dsa import SlhDsaKey
from strongroom.engines.transit.key_types.hybrid_key import HybridKey
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.engines.transit.signing.schemes import MU, Scheme
from strongroom.lib.errors import Internal


def is_determined(type_: str) -> bool:
    """Whether keys of a type sign the same data the same way each time: whatever isn't known to, draws at random."""
    return type_ == "ed25519"


def made(cryptor: Any, scheme: Scheme, data: bytes) -> bytes:
    """The signature of `data` by a primitive of `strongroom.crypto`.

    Raises: `InvalidRequest` for data or a salt of a length that the key can't sign, and for a public key.
    """
    match cryptor:
        case Ed25519Key():
            return cryptor.sign(data, scheme.variant, scheme.context, prehashed=scheme.prehashed)
        case EcdsaKey():
            return cryptor.sign(data, scheme.hash, prehashed=scheme.prehashed, marshaling=JWS if scheme.jws else ASN1)
        case RsaKey():
            return cryptor.sign(
                data,
                scheme.hash,
                PKCS1V15 if scheme.pkcs1 else PSS,
                prehashed=scheme.prehashed,
                salt_length="auto" if scheme.salt_bytes is None else scheme.salt_bytes,
            )
        case MlDsaKey() if scheme.hash == MU:
            return cryptor.sign_mu(data)
        case MlDsaKey() | SlhDsaKey():
            return cryptor.sign(data, scheme.context)
        case HybridKey():
            return cryptor.sign(data)
    raise Internal(detail=f"a key of {type(cryptor).__name__} does not sign")


def is_valid(cryptor: Any, scheme: Scheme, data: bytes, signature: bytes) -> bool:
    """Whether the signature is one of `data`.

    Raises: `InvalidRequest` for data of a length that the key can't sign, and for what is no signature at all.
    """
    match cryptor:
        case Ed25519Key():
            return cryptor.verify(data, signature, scheme.variant, scheme.context, prehashed=scheme.prehashed)
        case EcdsaKey():
            return _is_valid_ecdsa(cryptor, scheme, data, signature)
        case RsaKey():
            return cryptor.verify(
                data,
                signature,
                scheme.hash,
                PKCS1V15 if scheme.pkcs1 else PSS,
                prehashed=scheme.prehashed,
                salt_length="auto" if scheme.salt_bytes is None else scheme.salt_bytes,
            )
        case MlDsaKey() | SlhDsaKey():
            return cryptor.verify(signature, data, scheme.context)
        case HybridKey():
            return cryptor.verify(data, signature)
    raise Internal(detail=f"a key of {type(cryptor).__name__} does not sign")


def _is_valid_ecdsa(key: EcdsaKey, scheme: Scheme, data: bytes, signature: bytes) -> bool:
    marshaling = JWS if scheme.jws else ASN1
    if key.verify(data, signature, scheme.hash, prehashed=scheme.prehashed, marshaling=marshaling):
        return True
    if not scheme.jws:
        try:
            raw_of_der(signature, key.curve)
        except ValueError as error:
            raise Refused(Code.INVALID_SIGNATURE, "supplied signature is invalid") from error
    return False
