"""ML-DSA against the vectors of others."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from strongroom.crypto.post_quantum import ML_DSA_PARAMETER_SETS, MlDsaKey
from strongroom.lib.errors import InvalidRequest
from tests.unit.crypto.post_quantum.vectors import field, known_answers, nist, spki_of_ml_dsa, wycheproof


@pytest.mark.parametrize("parameter_set", ML_DSA_PARAMETER_SETS)
def test_known_answers(parameter_set: str) -> None:
    """A seed gives the known public key, which accepts the known signature, and new ones made with the seed."""
    count = 0
    for case in known_answers(f"asymmetric/MLDSA/kat_MLDSA_{parameter_set}_det_pure.rsp"):
        key = MlDsaKey.of_seed(case["xi"], parameter_set)
        message, context = case["msg"], case["ctx"]
        assert key.raw_public == case["pk"]
        assert key.verify(case["sm"][: len(case["sm"]) - len(message)], message, context)
        assert key.verify(key.sign(message, context), message, context)
        count += 1
    assert count == 100


def test_an_expanded_private_key_is_refused() -> None:
    """A key without its seed can't be kept, and says so."""
    package = pytest.importorskip("cryptography_vectors")
    with package.open_vector_file("asymmetric/MLDSA/mldsa65_noseed_priv.der", "rb") as file:
        with pytest.raises(InvalidRequest, match="seed"):
            MlDsaKey.of_private(file.read())


@pytest.mark.parametrize("parameter_set", ML_DSA_PARAMETER_SETS)
def test_wycheproof(parameter_set: str) -> None:
    """What Wycheproof calls valid is accepted, and nothing else: bad hints, norms, lengths, keys and contexts."""
    wrong = list[Any]()
    for group, case in wycheproof(f"mldsa_{parameter_set}_verify_test.json"):
        if _accepts(parameter_set, group["publicKey"], case) != (case["result"] == "valid"):
            wrong.append((case["tcId"], case["comment"]))
    assert not wrong


def _accepts(parameter_set: str, public: str, case: dict[str, Any]) -> bool:
    try:
        key = MlDsaKey.of_public(spki_of_ml_dsa(parameter_set, bytes.fromhex(public)))
        return key.verify(field(case, "sig"), field(case, "msg"), field(case, "ctx"))
    except (ValueError, InvalidRequest):
        return False


def test_nist_prehashed_and_external_mu() -> None:
    """NIST's signatures over digests (HashML-DSA) and over mu are accepted where they are right, and only there."""
    count = 0
    for group, case in nist("nist_ml_dsa_sig_ver.json.gz"):
        parameter_set = group["parameterSet"].removeprefix("ML-DSA-")
        key = MlDsaKey.of_public(spki_of_ml_dsa(parameter_set, field(case, "pk")))
        if "mu" in case:
            accepted = key.verify_mu(field(case, "signature"), field(case, "mu"))
        else:
            name = case["hashAlg"].lower()
            digest = hashlib.new(
                name.replace("sha2-", "sha").replace("sha3-", "sha3_"), field(case, "message")
            ).digest()
            accepted = key.verify_digest(field(case, "signature"), digest, name, field(case, "context"))
        assert accepted == case["testPassed"], (group["tgId"], case["tcId"])
        count += 1
    assert count >= 20
