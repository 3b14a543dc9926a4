"""Keys that quantum computers don't break: signatures by ML-DSA and SLH-DSA, shared secrets by ML-KEM."""

from __future__ import annotations

from strongroom.crypto.post_quantum.message import MAX_CONTEXT_BYTES, PREHASHES
from strongroom.crypto.post_quantum.ml_dsa import MU_BYTES, MlDsaKey
from strongroom.crypto.post_quantum.ml_dsa import PARAMETER_SETS as ML_DSA_PARAMETER_SETS
from strongroom.crypto.post_quantum.ml_kem import PARAMETER_SETS as ML_KEM_PARAMETER_SETS
from strongroom.crypto.post_quantum.ml_kem import MlKemKey
from strongroom.crypto.post_quantum.slh_dsa import PARAMETER_SETS as SLH_DSA_PARAMETER_SETS
from strongroom.crypto.post_quantum.slh_dsa import SlhDsaKey, has_slh_dsa, require_slh_dsa

__all__ = [
    "MAX_CONTEXT_BYTES",
    "ML_DSA_PARAMETER_SETS",
    "ML_KEM_PARAMETER_SETS",
    "MU_BYTES",
    "PREHASHES",
    "SLH_DSA_PARAMETER_SETS",
    "MlDsaKey",
    "MlKemKey",
    "SlhDsaKey",
    "has_slh_dsa",
    "require_slh_dsa",
]
