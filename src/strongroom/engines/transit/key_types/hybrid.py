"""The type of keys that sign by ML-DSA and by an elliptic curve at once.

Source: https://developer.hashicorp.com/vault/api-docs/secret/transit#create-key
"""

from __future__ import annotations

from typing import NoReturn

from strongroom.crypto.asymmetric.ecdsa import P256, P384, P521, EcdsaKey
from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.post_quantum import ML_DSA_PARAMETER_SETS, MlDsaKey
from strongroom.engines.transit.key_types import asymmetric, post_quantum
from strongroom.engines.transit.key_types.base import KeyType, Material, of_pair
from strongroom.engines.transit.key_types.hybrid_key import HybridKey, stored_parts
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random

HYBRID = "hybrid"
PQC_TYPES = (post_quantum.ML_DSA,)
EC_TYPES = {type_.name: type_ for type_ in asymmetric.ELLIPTIC}
_CURVES = {"ecdsa-p256": P256, "ecdsa-p384": P384, "ecdsa-p521": P521}
_ML_DSA = {type_.name: type_ for type_ in post_quantum.TYPES}[post_quantum.ML_DSA]


def _make(key: KeyRecord, random: Random) -> Material:
    curve = _CURVES.get(key.hybrid_ec)
    ec = Ed25519Key.generate() if curve is None else EcdsaKey.generate(curve)
    return of_pair(HybridKey(MlDsaKey.generate(key.parameter_set), ec))


def _load(key: KeyRecord, version: KeyVersion) -> HybridKey:
    pqc, ec = stored_parts(version.private or version.public)
    kind = EcdsaKey if key.hybrid_ec in _CURVES else Ed25519Key
    if version.private:
        return HybridKey(MlDsaKey.of_private(pqc), kind.of_private(ec))
    return HybridKey(MlDsaKey.of_public(pqc), kind.of_public(ec))


def _imported(key: KeyRecord, der: bytes) -> NoReturn:
    raise InvalidRequest("keys of type hybrid cannot be imported")


TYPES = (
    KeyType(
        name=HYBRID,
        signs=True,
        asymmetric=True,
        parameter_sets=ML_DSA_PARAMETER_SETS,
        make=_make,
        imported=_imported,
        load=_load,
        version_name=lambda key: f"ml-dsa-{key.parameter_set}+{key.hybrid_ec}",
        shown_public=lambda public: _ML_DSA.shown_public(stored_parts(public)[0]),
    ),
)


def shown_ec_public(key: KeyRecord, public: bytes) -> str:
    """The public key on the curve, as a read has it."""
    return EC_TYPES[key.hybrid_ec].shown_public(stored_parts(public)[1])
