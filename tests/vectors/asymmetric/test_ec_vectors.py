"""ECDSA and ECDH against published vectors: NIST, and Project Wycheproof."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from strongroom.crypto.asymmetric.ecdh import agree
from strongroom.crypto.asymmetric.ecdsa import ASN1, CURVES, JWS, Curve, EcdsaKey
from strongroom.crypto.asymmetric.formats import public_of
from strongroom.lib.errors import InvalidRequest
from tests.vectors.asymmetric.files import nist, packaged, wycheproof

_HASHES = {"SHA-1": "sha1"} | {f"SHA-{bits}": f"sha2-{bits}" for bits in (224, 256, 384, 512)}


def _public(curve: Curve, x: str, y: str) -> EcdsaKey:
    return EcdsaKey(ec.EllipticCurvePublicNumbers(int(x, 16), int(y, 16), curve.curve).public_key())


def _private(curve: Curve, d: str) -> EcdsaKey:
    private = ec.derive_private_key(int(d, 16), curve.curve)
    return EcdsaKey(private.public_key(), private)


@pytest.mark.parametrize(("name", "last", "expected"), [("SigVer.rsp", "Result", 225), ("SigGen.txt", "S", 225)])
def test_ecdsa_of_nist(name: str, last: str, expected: int) -> None:
    """Each signature has the result that its file says, in both marshalings."""
    count = 0
    for said in nist(packaged(f"ECDSA/FIPS_186-3/{name}"), last):
        curve_name, _, hash_name = said["[]"].partition(",")
        if curve_name not in CURVES or hash_name not in _HASHES:
            continue
        curve, hashed, message = CURVES[curve_name], _HASHES[hash_name], bytes.fromhex(said["Msg"])
        key = _public(curve, said["Qx"], said["Qy"])
        r, s = int(said["R"], 16), int(said["S"], 16)
        raw = r.to_bytes(curve.scalar_bytes, "big") + s.to_bytes(curve.scalar_bytes, "big")
        expected_result = said.get("Result", "P").startswith("P")
        assert key.verify(message, encode_dss_signature(r, s), hashed) == expected_result, said
        assert key.verify(message, raw, hashed, marshaling=JWS) == expected_result, said
        count += 1
    assert count == expected


def test_ecdh_of_nist() -> None:
    """Secrets that the file calls right are found; keys that it calls wrong are refused, or give another secret."""
    count, names = 0, {"EC": "P-256", "ED": "P-384", "EE": "P-521"}
    for said in nist(packaged("ECDH/KASValidityTest_ECCStaticUnified_NOKC_ZZOnly_init.fax"), "Result"):
        name = names.get(said["[]"][:2])
        if name is None:
            continue
        curve, expected = CURVES[name], bytes.fromhex(said["Z"])
        try:
            own, peer = _private(curve, said["dsIUT"]), _public(curve, said["QsCAVSx"], said["QsCAVSy"])
        except ValueError:
            assert said["Result"].startswith("F"), said
        else:
            found = agree(own, peer)
            if said["Result"].startswith("P"):
                assert found == expected.rjust(curve.scalar_bytes, b"\0"), said
            elif "Z changed" in said["Result"]:
                assert found != expected.rjust(curve.scalar_bytes, b"\0"), said
        count += 1
    assert count == 90


@pytest.mark.parametrize(
    ("name", "marshaling"),
    [
        ("ecdsa_secp256r1_sha256_test.json", ASN1),
        ("ecdsa_secp384r1_sha384_test.json", ASN1),
        ("ecdsa_secp521r1_sha512_test.json", ASN1),
        ("ecdsa_secp256r1_sha256_p1363_test.json", JWS),
        ("ecdsa_secp521r1_sha512_p1363_test.json", JWS),
    ],
)
def test_ecdsa_of_wycheproof(name: str, marshaling: str) -> None:
    """Valid signatures verify, and no other ones."""
    for group in wycheproof(name)["testGroups"]:
        key = EcdsaKey.of_public(bytes.fromhex(group["publicKeyDer"]))
        for test in group["tests"]:
            message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
            valid = key.verify(message, signature, _HASHES[group["sha"]], marshaling=marshaling)
            assert valid == (test["result"] == "valid"), test["tcId"]


@pytest.mark.parametrize(("name", "curve"), [("secp256r1", "P-256"), ("secp384r1", "P-384")])
def test_ecdh_of_wycheproof(name: str, curve: str) -> None:
    """Valid points give the secret, and invalid ones are refused before the key is used."""
    for test in wycheproof(f"ecdh_{name}_test.json")["testGroups"][0]["tests"]:
        own = _private(CURVES[curve], test["private"])
        try:
            peer = public_of(bytes.fromhex(test["public"]))
            assert isinstance(peer, EcdsaKey)
            found: str | None = agree(own, peer).hex()
        except (InvalidRequest, AssertionError):
            found = None
        if test["result"] == "valid":
            assert found == test["shared"], test["tcId"]
        else:
            # "Acceptable" ones have compressed points or parameters that are spelt otherwise: right, or refused.
            assert found is None or (test["result"] == "acceptable" and found == test["shared"]), test["tcId"]
