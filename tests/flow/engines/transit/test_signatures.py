"""Signatures of every type of key are made and verified."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys, base64

MESSAGE = base64("hello")
SHA_256 = base64(hashlib.sha256(b"hello").digest())
SHA_512 = base64(hashlib.sha512(b"hello").digest())
TYPES = ["ed25519", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048", "ml-dsa", "hybrid", "slh-dsa"]
SETTINGS: dict[str, dict[str, Any]] = {
    "ml-dsa": {"parameter_set": "65"},
    "slh-dsa": {"parameter_set": "slh-dsa-sha2-128f"},
    "hybrid": {"parameter_set": "44", "hybrid_key_type_pqc": "ml-dsa", "hybrid_key_type_ec": "ecdsa-p256"},
}


async def with_key(type_: str, **settings: Any) -> Keys:
    """A mount with a key `k` of a type."""
    keys = await Keys.new()
    await keys.make("k", type=type_, **SETTINGS.get(type_, {}), **settings)
    return keys


def altered(text: str) -> str:
    """A signature or code with one bit turned, near its end."""
    prefix, _, encoded = text.rpartition(":")
    raw = bytearray(b64decode(encoded))
    raw[-1] ^= 1
    return f"{prefix}:{base64(bytes(raw))}"


@pytest.mark.parametrize("type_", TYPES)
async def test_what_is_signed_is_verified(type_: str) -> None:
    """A signature is valid for its message, and neither for another one, nor altered, nor by another key."""
    keys = await with_key(type_)
    await keys.make("other", type=type_, **SETTINGS.get(type_, {}))
    signed = await keys.write("sign/k", input=MESSAGE)
    assert signed["key_version"] == 1
    assert signed.keys() == {"signature", "key_version"}
    signature = signed["signature"]
    assert signature.startswith("vault:v1:")
    assert await keys.write("verify/k", input=MESSAGE, signature=signature) == {"valid": True}
    assert await keys.write("verify/k", input=base64("hellp"), signature=signature) == {"valid": False}
    assert await keys.write("verify/k", input=MESSAGE, signature=altered(signature)) == {"valid": False}
    assert await keys.write("verify/other", input=MESSAGE, signature=signature) == {"valid": False}


@pytest.mark.parametrize(
    ("type_", "options"),
    [
        ("ecdsa-p256", {"hash_algorithm": "sha1"}),
        ("ecdsa-p384", {"hash_algorithm": "sha3-512"}),
        ("ecdsa-p521", {"algorithm": "sha2-512"}),
        ("ecdsa-p256", {"marshaling_algorithm": "jws"}),
        ("ecdsa-p521", {"marshaling_algorithm": "jws", "hash_algorithm": "sha2-512"}),
        ("rsa-2048", {"marshaling_algorithm": "jws"}),
        ("rsa-2048", {"signature_algorithm": "pss", "hash_algorithm": "sha3-256"}),
        ("rsa-2048", {"signature_algorithm": "pkcs1v15", "hash_algorithm": "sha2-384"}),
        ("rsa-2048", {"salt_length": "hash"}),
        ("rsa-2048", {"salt_length": 10}),
        ("rsa-2048", {"salt_length": "222"}),
        ("rsa-2048", {"salt_length": "-1"}),
        ("ed25519", {"marshaling_algorithm": "jws"}),
        ("ed25519", {"hash_algorithm": "sha2-512"}),
        ("ed25519", {"signature_algorithm": "ed25519ctx", "signature_context": base64("here")}),
        ("ed25519", {"signature_context": base64("here")}),
        ("ed25519", {"signature_algorithm": "ed25519ph"}),
        ("ed25519", {"signature_algorithm": "ed25519ph", "signature_context": base64("here")}),
        ("ml-dsa", {"signature_context": base64("here")}),
    ],
)
async def test_options(type_: str, options: dict[str, Any]) -> None:
    """A signature is valid under the options it was made with."""
    keys = await with_key(type_)
    signature = (await keys.write("sign/k", input=MESSAGE, **options))["signature"]
    assert await keys.write("verify/k", input=MESSAGE, signature=signature, **options) == {"valid": True}
    assert await keys.write("verify/k", input=base64("hellp"), signature=signature, **options) == {"valid": False}


@pytest.mark.parametrize(
    ("type_", "made", "checked", "valid"),
    [
        ("ecdsa-p256", {"hash_algorithm": "sha2-512"}, {}, False),
        ("rsa-2048", {"signature_algorithm": "pkcs1v15"}, {}, False),
        ("rsa-2048", {"salt_length": "hash"}, {"salt_length": "auto"}, True),
        ("rsa-2048", {"salt_length": "hash"}, {"salt_length": 10}, False),
        ("rsa-2048", {"salt_length": "0"}, {"salt_length": "222"}, True),
        ("ed25519", {"hash_algorithm": "sha2-512"}, {"hash_algorithm": "none"}, True),
        ("ed25519", {"signature_algorithm": "pss"}, {}, True),
        ("ed25519", {"signature_algorithm": "ed25519ph"}, {}, False),
        ("ed25519", {"signature_context": base64("here")}, {}, False),
        ("ed25519", {"signature_context": base64("here")}, {"signature_context": base64("there")}, False),
        ("ml-dsa", {"signature_context": base64("here")}, {}, False),
        ("ml-dsa", {"hash_algorithm": "sha2-512"}, {"hash_algorithm": "none"}, True),
    ],
)
async def test_other_options(type_: str, made: dict[str, Any], checked: dict[str, Any], valid: bool) -> None:
    """What an option changes makes a signature invalid under others; what a type ignores doesn't."""
    keys = await with_key(type_)
    signature = (await keys.write("sign/k", input=MESSAGE, **made))["signature"]
    assert await keys.write("verify/k", input=MESSAGE, signature=signature, **checked) == {"valid": valid}


@pytest.mark.parametrize(
    ("type_", "digest", "options"),
    [
        ("ecdsa-p256", SHA_256, {}),
        ("ecdsa-p384", SHA_512, {"hash_algorithm": "sha2-512"}),
        ("rsa-2048", SHA_256, {}),
        ("rsa-2048", SHA_512, {"hash_algorithm": "sha2-512", "signature_algorithm": "pkcs1v15"}),
        ("ed25519", SHA_512, {"signature_algorithm": "ed25519ph"}),
    ],
)
async def test_a_digest_is_signed_like_its_message(type_: str, digest: str, options: dict[str, Any]) -> None:
    """`prehashed` makes the signature of the message out of its digest, and checks it so."""
    keys = await with_key(type_)
    signature = (await keys.write("sign/k", input=digest, prehashed=True, **options))["signature"]
    assert await keys.write("verify/k", input=MESSAGE, signature=signature, **options) == {"valid": True}
    assert await keys.write("verify/k", input=digest, prehashed=True, signature=signature, **options) == {"valid": True}


async def test_ed25519ph_as_other_servers_ask_for_it() -> None:
    """`prehashed` with the hash SHA-512 is Ed25519ph too."""
    keys = await with_key("ed25519")
    signature = (await keys.write("sign/k/sha2-512", input=SHA_512, prehashed=True))["signature"]
    options = {"signature_algorithm": "ed25519ph"}
    assert await keys.write("verify/k", input=MESSAGE, signature=signature, **options) == {"valid": True}


async def test_no_digest_info() -> None:
    """Without a hash, PKCS #1 v1.5 pads the bytes as they are."""
    keys = await with_key("rsa-2048")
    options = {"hash_algorithm": "none", "prehashed": True, "signature_algorithm": "pkcs1v15"}
    signature = (await keys.write("sign/k", input=MESSAGE, **options))["signature"]
    assert await keys.write("verify/k", input=MESSAGE, signature=signature, **options) == {"valid": True}
    by_hash = {"signature_algorithm": "pkcs1v15"}
    assert await keys.write("verify/k", input=MESSAGE, signature=signature, **by_hash) == {"valid": False}


async def test_the_hash_in_the_path_counts() -> None:
    """It comes before the one in the body, and the new name in the body before the old one."""
    keys = await with_key("ecdsa-p256")
    options = {"hash_algorithm": "nope", "algorithm": "nope"}
    signature = (await keys.write("sign/k/sha2-512", input=MESSAGE, **options))["signature"]
    options = {"hash_algorithm": "sha2-512", "algorithm": "nope"}
    assert await keys.write("verify/k", input=MESSAGE, signature=signature, **options) == {"valid": True}
    assert await keys.write("verify/k/sha2-512", input=MESSAGE, signature=signature) == {"valid": True}


async def test_the_form_of_jws() -> None:
    """It is URL-safe base64 without padding; for ECDSA both numbers, each as long as the curve's order."""
    keys = await with_key("ecdsa-p521")
    signature = (await keys.write("sign/k", input=MESSAGE, marshaling_algorithm="jws"))["signature"]
    encoded = signature.removeprefix("vault:v1:")
    assert len(encoded) == 176
    assert not set(encoded) & set("+/=")


async def test_an_external_mu() -> None:
    """ML-DSA signs the 64 bytes to which somebody else reduced the message."""
    keys = await with_key("ml-dsa")
    public = b64decode((await keys.read("keys/k"))["keys"]["1"]["public_key"])
    tr = hashlib.shake_256(public).digest(64)
    mu = hashlib.shake_256(tr + b"\0\0hello").digest(64)
    signed = await keys.write("sign/k", input=base64(mu), prehashed=True, hash_algorithm="mldsa-mu")
    assert await keys.write("verify/k", input=MESSAGE, signature=signed["signature"]) == {"valid": True}


async def test_an_empty_message() -> None:
    """A request without an input signs nothing, as does an empty one."""
    keys = await with_key("ed25519")
    empty = await keys.write("sign/k", input="")
    assert await keys.write("sign/k") == empty
    assert await keys.write("sign/k", input=None) == empty
    assert await keys.write("verify/k", signature=empty["signature"]) == {"valid": True}


async def test_derived_keys() -> None:
    """A context derives the key, always the same one; the answer has its public part."""
    keys = await with_key("ed25519", derived=True)
    context = {"context": base64("here")}
    signed = await keys.write("sign/k", input=MESSAGE, **context)
    assert len(b64decode(signed["public_key"])) == 32
    assert await keys.write("sign/k", input=MESSAGE, **context) == signed
    elsewhere = await keys.write("sign/k", input=MESSAGE, context=base64("there"))
    assert elsewhere["public_key"] != signed["public_key"]
    signature = signed["signature"]
    assert await keys.write("verify/k", input=MESSAGE, signature=signature, **context) == {"valid": True}
    other = {"context": base64("there")}
    assert await keys.write("verify/k", input=MESSAGE, signature=signature, **other) == {"valid": False}
    for path in ("sign/k", "verify/k"):
        with pytest.raises(InvalidRequest, match="missing 'context' for key derivation"):
            await keys.write(path, input=MESSAGE, signature=signature)
