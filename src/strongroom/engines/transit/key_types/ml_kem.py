"""The type `ml-kem`: shared secrets that quantum computers don't find out.

No other server has it on a transit mount; the names are those of its siblings.

Source: FIPS 203
"""

from __future__ import annotations

from base64 import b64encode

from strongroom.crypto.post_quantum.ml_kem import PARAMETER_SETS, MlKemKey
from strongroom.engines.transit.key_types.base import KeyType, Material, of_pair
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.lib.errors import InvalidRequest

ML_KEM = "ml-kem"


def _imported(key: KeyRecord, der: bytes) -> Material:
    found = MlKemKey.of_private(der)
    if found.parameter_set != key.parameter_set:
        raise InvalidRequest(f"the key has the parameter set {found.parameter_set}, and not {key.parameter_set}")
    return of_pair(found)


def _load(key: KeyRecord, version: KeyVersion) -> MlKemKey:
    return MlKemKey.of_private(version.private) if version.private else MlKemKey.of_public(version.public)


TYPES = (
    KeyType(
        name=ML_KEM,
        asymmetric=True,
        parameter_sets=PARAMETER_SETS,
        make=lambda key, random: of_pair(MlKemKey.generate(key.parameter_set)),
        imported=_imported,
        load=_load,
        version_name=lambda key: f"ml-kem-{key.parameter_set}",
        shown_public=lambda public: b64encode(MlKemKey.of_public(public).raw_public).decode("ascii"),
    ),
)
