"""Types of keys that quantum computers don't break: ML-DSA and SLH-DSA, which sign.

Source: https://developer.hashicorp.com/vault/api-docs/secret/transit#create-key
"""

from __future__ import annotations

from base64 import b64encode

from strongroom.crypto.post_quantum import (
    ML_DSA_PARAMETER_SETS,
    SLH_DSA_PARAMETER_SETS,
    MlDsaKey,
    SlhDsaKey,
    require_slh_dsa,
)
from strongroom.crypto.post_quantum.slh_dsa_process import check_halves_apart, generate_apart
from strongroom.engines.transit.key_types.base import KeyType, Material, of_pair
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.lib.errors import InvalidRequest

ML_DSA = "ml-dsa"
SLH_DSA = "slh-dsa"

OTHER_NAMES = {f"mldsa-{parameter_set}": (ML_DSA, parameter_set) for parameter_set in ML_DSA_PARAMETER_SETS}
"""What OpenBao calls ML-DSA."""


def _checked(key: KeyRecord, found: MlDsaKey | SlhDsaKey) -> Material:
    if found.parameter_set != key.parameter_set:
        raise InvalidRequest(f"the key has the parameter set {found.parameter_set}, and not {key.parameter_set}")
    return of_pair(found)


def _load_ml_dsa(key: KeyRecord, version: KeyVersion) -> MlDsaKey:
    return MlDsaKey.of_private(version.private) if version.private else MlDsaKey.of_public(version.public)


def _load_slh_dsa(key: KeyRecord, version: KeyVersion) -> SlhDsaKey:
    return SlhDsaKey.of_private(version.private) if version.private else SlhDsaKey.of_public(version.public)


def _imported_slh_dsa(key: KeyRecord, der: bytes) -> Material:
    require_slh_dsa()
    found = SlhDsaKey.of_private(der)
    material = _checked(key, found)
    check_halves_apart(found)
    return material


TYPES = (
    KeyType(
        name=ML_DSA,
        signs=True,
        asymmetric=True,
        parameter_sets=ML_DSA_PARAMETER_SETS,
        make=lambda key, random: of_pair(MlDsaKey.generate(key.parameter_set)),
        imported=lambda key, der: _checked(key, MlDsaKey.of_private(der)),
        load=_load_ml_dsa,
        version_name=lambda key: key.other_name or f"ml-dsa-{key.parameter_set}",
        shown_public=lambda public: b64encode(MlDsaKey.of_public(public).raw_public).decode("ascii"),
    ),
    KeyType(
        name=SLH_DSA,
        signs=True,
        asymmetric=True,
        slow=True,
        parameter_sets=tuple(SLH_DSA_PARAMETER_SETS),
        check=require_slh_dsa,
        make=lambda key, random: of_pair(generate_apart(key.parameter_set)),
        imported=_imported_slh_dsa,
        load=_load_slh_dsa,
        version_name=lambda key: key.parameter_set,
        shown_public=lambda public: b64encode(SlhDsaKey.of_public(public).raw_public).decode("ascii"),
    ),
)
