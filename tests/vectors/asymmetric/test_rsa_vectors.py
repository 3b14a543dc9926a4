"""RSA against published vectors: RSA Laboratories, NIST, OpenSSL and Project Wycheproof."""

from __future__ import annotations

import itertools

import pytest

from strongroom.crypto.asymmetric.rsa import PKCS1V15, PSS, Oaep, Pkcs1v15, RsaKey
from strongroom.lib.errors import Tampered
from tests.vectors.asymmetric.files import nist, packaged, wycheproof
from tests.vectors.asymmetric.rsa_keys import examples, public_key

_NAMES = {"SHA-1": "sha1", "SHA1": "sha1"} | {
    spelt: f"sha2-{bits}" for bits in (224, 256, 384, 512) for spelt in (f"SHA-{bits}", f"SHA{bits}")
}
_SHORT = {"sha1": "sha1"} | {f"sha{bits}": f"sha2-{bits}" for bits in (224, 256, 384, 512)}


def test_pkcs1v15_signatures_are_those_of_rsa_laboratories() -> None:
    """The scheme has no randomness, so the bytes are compared."""
    count = 0
    for key, said in examples(packaged("RSA/pkcs1v15sign-vectors.txt"), "signature"):
        assert key.sign(said["message to be signed"], "sha1", PKCS1V15) == said["signature"]
        assert key.verify(said["message to be signed"], said["signature"], "sha1", PKCS1V15)
        count += 1
    assert count == 300


@pytest.mark.parametrize("salt", ["auto", "hash", 20])
def test_pss_signatures_of_rsa_laboratories_verify(salt: str | int) -> None:
    """Their salt has 20 bytes, as the hash has; another length is refused."""
    count = 0
    for key, said in examples(packaged("RSA/pkcs-1v2-1d2-vec/pss-vect.txt"), "signature"):
        message = said["message to be signed"]
        assert key.verify(message, said["signature"], "sha1", PSS, salt_length=salt)  # type: ignore[arg-type]
        assert not key.verify(message, said["signature"], "sha1", PSS, salt_length=19)
        count += 1
    assert count == 60


def test_pkcs1v15_ciphertexts_of_rsa_laboratories_decrypt() -> None:
    """All of them."""
    count = 0
    for key, said in examples(packaged("RSA/pkcs1v15crypt-vectors.txt"), "encryption"):
        assert key.decrypt(said["encryption"], Pkcs1v15()) == said["message"]
        count += 1
    assert count == 300


def test_oaep_ciphertexts_of_rsa_laboratories_decrypt() -> None:
    """All of them, with SHA-1."""
    count = 0
    for key, said in examples(packaged("RSA/pkcs-1v2-1d2-vec/oaep-vect.txt"), "encryption"):
        assert key.decrypt(said["encryption"], Oaep("sha1")) == said["message"]
        count += 1
    assert count == 60


@pytest.mark.parametrize(("hashed", "mask"), sorted(set(itertools.product(_SHORT, _SHORT)) - {("sha1", "sha1")}))
def test_oaep_takes_one_hash_and_another_for_the_mask(hashed: str, mask: str) -> None:
    """All pairs of SHA-1 and SHA-2 but the one that RSA Laboratories' file has."""
    count = 0
    for key, said in examples(packaged(f"RSA/oaep-custom/oaep-{mask}-{hashed}.txt"), "encryption"):
        assert key.decrypt(said["encryption"], Oaep(_SHORT[hashed], _SHORT[mask])) == said["message"]
        count += 1
    assert count == 60


def test_oaep_takes_a_label() -> None:
    """And refuses the ciphertext under another one."""
    (vector,) = nist(packaged("RSA/oaep-label.txt"), "Output")
    key = RsaKey.of_private(bytes.fromhex(vector["KEY"]))
    label, ciphertext = bytes.fromhex(vector["OAEPLabel"]), bytes.fromhex(vector["Input"])
    assert key.decrypt(ciphertext, Oaep("sha2-512", None, label)) == b"Hello World"
    for other in (b"", label + b"\0"):
        with pytest.raises(Tampered):
            key.decrypt(ciphertext, Oaep("sha2-512", None, other))


@pytest.mark.parametrize(("name", "scheme"), [("SigGen15_186-3.rsp", PKCS1V15), ("SigGenPSS_186-3.rsp", PSS)])
def test_signatures_of_nist_verify(name: str, scheme: str) -> None:
    """And none of them does for another message."""
    count = 0
    for said in nist(packaged(f"RSA/FIPS_186-2/{name}"), "S"):
        key = public_key(int(said["n"], 16), int(said["e"], 16))
        message, signature, hashed = bytes.fromhex(said["Msg"]), bytes.fromhex(said["S"]), _NAMES[said["SHAAlg"]]
        assert key.verify(message, signature, hashed, scheme)
        assert not key.verify(message + b"\0", signature, hashed, scheme)
        count += 1
    assert count == 250


@pytest.mark.parametrize(("name", "scheme"), [("SigVer15_186-3.rsp", PKCS1V15), ("SigVerPSS_186-3.rsp", PSS)])
def test_forgeries_of_nist_are_refused(name: str, scheme: str) -> None:
    """Each vector has the result that its file says."""
    count = 0
    for said in nist(packaged(f"RSA/FIPS_186-2/{name}"), "Result"):
        key = public_key(int(said["n"], 16), int(said["e"], 16))
        valid = key.verify(bytes.fromhex(said["Msg"]), bytes.fromhex(said["S"]), _NAMES[said["SHAAlg"]], scheme)
        assert valid == said["Result"].startswith("P"), said
        count += 1
    assert count == 450


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("rsa_signature_2048_sha256_test.json", PKCS1V15),
        ("rsa_signature_3072_sha512_test.json", PKCS1V15),
        ("rsa_signature_4096_sha384_test.json", PKCS1V15),
        ("rsa_pss_2048_sha256_mgf1_32_test.json", PSS),
        ("rsa_pss_4096_sha384_mgf1_48_test.json", PSS),
        ("rsa_pss_4096_sha512_mgf1_64_test.json", PSS),
    ],
)
def test_signatures_of_wycheproof(name: str, scheme: str) -> None:
    """Valid ones verify, invalid ones don't, and what is "acceptable" (a missing NULL) isn't accepted."""
    for group in wycheproof(name)["testGroups"]:
        key = RsaKey.of_public(bytes.fromhex(group["publicKeyDer"]))
        for test in group["tests"]:
            valid = key.verify(
                bytes.fromhex(test["msg"]),
                bytes.fromhex(test["sig"]),
                _NAMES[group["sha"]],
                scheme,
                salt_length=group.get("sLen", "auto"),
            )
            assert valid == (test["result"] == "valid"), test["tcId"]


@pytest.mark.parametrize("name", ["rsa_oaep_2048_sha1_mgf1sha1_test.json", "rsa_oaep_2048_sha256_mgf1sha256_test.json"])
def test_oaep_of_wycheproof(name: str) -> None:
    """Valid ciphertexts decrypt, and every other one is `Tampered`."""
    for group in wycheproof(name)["testGroups"]:
        key = RsaKey.of_private(bytes.fromhex(group["privateKeyPkcs8"]))
        for test in group["tests"]:
            padding = Oaep(_NAMES[group["sha"]], _NAMES[group["mgfSha"]], bytes.fromhex(test["label"]))
            try:
                found: bytes | None = key.decrypt(bytes.fromhex(test["ct"]), padding)
            except Tampered:
                found = None
            assert found == (bytes.fromhex(test["msg"]) if test["result"] == "valid" else None), test["tcId"]
