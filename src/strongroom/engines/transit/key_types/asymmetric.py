"""Types of asymmetric keys: RSA, ECDSA and Ed25519.

Source: https://openbao.org/api-docs/secret/transit/#create-key
"""

from __future__ import annotations

from base64 import b64encode

from strongroom.crypto.asymmetric import formats
from strongroom.crypto.asymmetric.ecdsa import P256, P384, P521, Curve, EcdsaKey
from strongroom.crypto.asymmetric.ed25519 import SEED_BYTES, Ed25519Key
from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.engines.transit.key_types.base import KeyType, Material, of_pair
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.lib.errors import InvalidRequest


def _rsa(bits: int) -> KeyType:
    name = f"rsa-{bits}"

    def checked(found: formats.Key) -> Material:
        if not isinstance(found, RsaKey) or found.bits != bits:
            raise InvalidRequest(f"the key is not of type {name}")
        return of_pair(found)

    def load(key: KeyRecord, version: KeyVersion) -> RsaKey:
        return RsaKey.of_stored(version.private) if version.private else RsaKey.of_public(version.public)

    return KeyType(
        name=name,
        encrypts=True,
        decrypts=True,
        signs=True,
        asymmetric=True,
        slow=True,
        make=lambda key, random: of_pair(RsaKey.generate(bits)),
        imported=lambda key, der: checked(formats.private_of(der)),
        public=lambda key, pem: checked(formats.public_of_pem(pem)),
        load=load,
        shown_public=lambda public: formats.public_pem(RsaKey.of_public(public)),
    )


def _ecdsa(name: str, curve: Curve) -> KeyType:
    def checked(found: formats.Key) -> Material:
        if not isinstance(found, EcdsaKey) or found.curve is not curve:
            raise InvalidRequest(f"the key is not of type {name}")
        return of_pair(found)

    def load(key: KeyRecord, version: KeyVersion) -> EcdsaKey:
        return EcdsaKey.of_private(version.private) if version.private else EcdsaKey.of_public(version.public)

    return KeyType(
        name=name,
        signs=True,
        agrees=True,
        asymmetric=True,
        make=lambda key, random: of_pair(EcdsaKey.generate(curve)),
        imported=lambda key, der: checked(formats.private_of(der)),
        public=lambda key, pem: checked(formats.public_of_pem(pem)),
        load=load,
        version_name=lambda key: curve.name,
        shown_public=lambda public: formats.public_pem(EcdsaKey.of_public(public)),
    )


def _ed25519_checked(found: formats.Key) -> Material:
    if not isinstance(found, Ed25519Key):
        raise InvalidRequest("the key is not of type ed25519")
    return of_pair(found)


def _ed25519_load(key: KeyRecord, version: KeyVersion) -> Ed25519Key:
    return Ed25519Key.of_private(version.private) if version.private else Ed25519Key.of_public(version.public)


def _ed25519_raw(private: bytes, public: bytes) -> bytes:
    """Seed and public key, from which other servers derive, too.  Both end the stored forms."""
    if not private:
        raise InvalidRequest("there is only the public key, from which nothing is derived")
    return private[-SEED_BYTES:] + public[-SEED_BYTES:]


_ED25519 = KeyType(
    name="ed25519",
    signs=True,
    derives=True,
    asymmetric=True,
    make=lambda key, random: of_pair(Ed25519Key.generate()),
    imported=lambda key, der: _ed25519_checked(formats.private_of(der)),
    public=lambda key, pem: _ed25519_checked(formats.public_of_pem(pem)),
    load=_ed25519_load,
    keyed=Ed25519Key.of_seed,
    raw=_ed25519_raw,
    derived_bytes=SEED_BYTES,
    shown_public=lambda public: b64encode(Ed25519Key.of_public(public).raw_public).decode("ascii"),
)

ELLIPTIC = (_ecdsa("ecdsa-p256", P256), _ecdsa("ecdsa-p384", P384), _ecdsa("ecdsa-p521", P521), _ED25519)
TYPES = (_rsa(2048), _rsa(3072), _rsa(4096), *ELLIPTIC)
