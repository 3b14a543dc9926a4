"""Where the vectors of post-quantum keys are, and how they are read."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import mldsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ROOT = Path(__file__).parents[4]
_NIST = _ROOT / "tests" / "vectors" / "post_quantum"
_WYCHEPROOF = Path(os.environ.get("WYCHEPROOF_VECTORS") or _ROOT.parent / "shared" / "vectors" / "wycheproof")
_ML_DSA = {"44": mldsa.MLDSA44PublicKey, "65": mldsa.MLDSA65PublicKey, "87": mldsa.MLDSA87PublicKey}


def nist(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each test of a file of NIST's, after its group."""
    raw = (_NIST / name).read_bytes()
    for group in json.loads(gzip.decompress(raw) if name.endswith(".gz") else raw)["testGroups"]:
        for case in group.pop("tests"):
            yield group, case


def wycheproof(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each test of a file of Wycheproof's, after its group.  Skips where the files aren't."""
    file = next(
        (found for found in (_WYCHEPROOF / name, _WYCHEPROOF / "testvectors_v1" / name) if found.exists()), None
    )
    if file is None:
        pytest.skip(f"Wycheproof's {name} isn't in {_WYCHEPROOF}; WYCHEPROOF_VECTORS names another folder")
    for group in json.loads(file.read_bytes())["testGroups"]:
        for case in group.pop("tests"):
            yield group, case


def known_answers(path: str) -> Iterator[dict[str, bytes]]:
    """Each test of a file of `cryptography-vectors`, which skips where that isn't installed."""
    package = pytest.importorskip("cryptography_vectors")
    fields: dict[str, bytes] = {}
    with package.open_vector_file(path, "r") as lines:
        for line in lines:
            name, _, value = line.strip().partition(" = ")
            if name == "count":
                if fields:
                    yield fields
                fields = {}
            elif name and name not in ("mlen", "smlen"):
                fields[name] = bytes.fromhex(value)
    yield fields


def spki_of_ml_dsa(parameter_set: str, raw: bytes) -> bytes:
    """The encoded form of a raw public key.  Raises `ValueError`."""
    return _ML_DSA[parameter_set].from_public_bytes(raw).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def field(case: dict[str, Any], name: str) -> bytes:
    """A field in hexadecimal; nothing where it is missing."""
    return bytes.fromhex(case.get(name, ""))
