"""What can't be signed or verified is refused, and says why."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys, base64
from tests.flow.engines.transit.test_signatures import MESSAGE, SETTINGS

NONE = "hash_algorithm=none requires both prehashed=true and signature_algorithm=pkcs1v15"
MU = "hash_algorithm=mldsa-mu requires prehashed=true and a ML-DSA compatible key"
BASE64 = "unable to decode input as base64: illegal base64 data at input byte 0"
PADDED = base64(bytes(64))


@pytest.mark.parametrize(
    ("type_", "fields", "text"),
    [
        ("ed25519", {"input": "!!!"}, BASE64),
        ("ed25519", {"input": 5}, BASE64),
        ("ed25519", {"context": "!!!"}, "failed to base64-decode context: illegal base64 data at input byte 0"),
        ("ed25519", {"hash_algorithm": "nope"}, 'invalid hash algorithm "nope"'),
        ("ed25519", {"marshaling_algorithm": ""}, 'invalid marshaling type ""'),
        ("ed25519", {"marshaling_algorithm": "nope", "hash_algorithm": "nope"}, 'invalid marshaling type "nope"'),
        ("ed25519", {"salt_length": "x"}, "salt length neither 'auto', 'hash', nor an int: x"),
        ("ed25519", {"prehashed": True}, "an ed25519 key signs a digest only as Ed25519ph"),
        ("ed25519", {"prehashed": True, "hash_algorithm": "sha2-512"}, "the prehashed input has 5 bytes"),
        ("ed25519", {"prehashed": True, "signature_algorithm": "ed25519ph"}, "the prehashed input has 5 bytes"),
        ("ed25519", {"signature_algorithm": "ed25519ctx"}, "signature_algorithm=ed25519ctx requires a signature_con"),
        (
            "ed25519",
            {"signature_algorithm": "ed25519ctx", "signature_context": MESSAGE, "prehashed": True},
            "ed25519ctx signs no digest",
        ),
        ("ed25519", {"signature_context": "!"}, "unable to decode signature_context as base64"),
        ("ed25519", {"signature_context": base64(bytes(256))}, "signature_context may have 255 bytes, and has 256"),
        ("ed25519", {"hash_algorithm": "mldsa-mu", "prehashed": True}, MU),
        ("ecdsa-p256", {"hash_algorithm": "none"}, NONE),
        ("ecdsa-p256", {"hash_algorithm": "none", "prehashed": True}, NONE),
        ("ecdsa-p256", {"input": "", "prehashed": True}, "the prehashed input is empty"),
        ("ecdsa-p256", {"signature_context": MESSAGE}, "keys of type ecdsa-p256 take no signature_context"),
        ("rsa-2048", {"hash_algorithm": "none", "prehashed": True}, NONE),
        ("rsa-2048", {"hash_algorithm": "none", "signature_algorithm": "pkcs1v15"}, NONE),
        ("rsa-2048", {"prehashed": True}, "the prehashed input has 5 bytes, and a digest of sha2-256 has 32"),
        ("rsa-2048", {"signature_algorithm": "nope"}, "unsupported rsa signature algorithm nope"),
        ("rsa-2048", {"salt_length": "-2"}, "salt length is invalid: -2"),
        ("rsa-2048", {"salt_length": "223"}, "is too long for an RSA key of 2048 bits"),
        ("rsa-2048", {"salt_length": ""}, "salt length neither 'auto', 'hash', nor an int: "),
        ("ml-dsa", {"prehashed": True}, "keys of type ml-dsa sign no digest"),
        ("ml-dsa", {"prehashed": True, "hash_algorithm": "mldsa-mu"}, "has 64 bytes, and this one has 5"),
        ("ml-dsa", {"hash_algorithm": "mldsa-mu"}, MU),
        (
            "ml-dsa",
            {"input": PADDED, "prehashed": True, "hash_algorithm": "mldsa-mu", "signature_context": MESSAGE},
            "hash_algorithm=mldsa-mu takes no signature_context",
        ),
        ("hybrid", {"signature_context": MESSAGE}, "keys of type hybrid take no signature_context"),
        ("ed25519", {"key_version": 2}, "requested version for signing is higher than the latest key version"),
        ("ed25519", {"key_version": -1}, "requested version for signing is negative"),
        ("ed25519", {"key_version": "x"}, "cannot parse value as 'int'"),
        ("ed25519", {"batch_input": []}, "missing batch input to process"),
        ("ed25519", {"batch_input": "x"}, "failed to parse batch input"),
        ("ed25519", {"batch_input": [{"input": ""}], "hash_algorithm": "nope"}, 'invalid hash algorithm "nope"'),
        ("aes256-gcm96", {}, "key type aes256-gcm96 does not support signing"),
        ("hmac", {"input": "!!!"}, "key type hmac does not support signing"),
    ],
)
async def test_signing(type_: str, fields: dict[str, Any], text: str) -> None:
    """Every mistake has its own text."""
    keys = await Keys.new()
    await keys.make("k", type=type_, **SETTINGS.get(type_, {}))
    with pytest.raises(InvalidRequest) as refusal:
        await keys.write("sign/k", **{"input": MESSAGE, **fields})
    assert text in refusal.value.text


@pytest.mark.parametrize(
    ("type_", "fields", "text"),
    [
        ("ed25519", {}, "neither a 'signature' nor an 'hmac' were given to verify"),
        ("ed25519", {"signature": ""}, "invalid signature: no prefix"),
        ("ed25519", {"signature": "x"}, "invalid signature: no prefix"),
        ("ed25519", {"signature": "vault:v1"}, "invalid signature: wrong number of fields"),
        ("ed25519", {"signature": "vault:vx:aaaa"}, "invalid signature: version number could not be decoded"),
        ("ed25519", {"signature": "vault:v0:aaaa"}, "disallowed by policy (too old)"),
        ("ed25519", {"signature": "vault:v-1:aaaa"}, "disallowed by policy (too old)"),
        ("ed25519", {"signature": "vault:v2:aaaa"}, "invalid signature: version is too new"),
        ("ed25519", {"signature": f"vault:v{10**18 - 1}:aaaa"}, "invalid signature: version is too new"),
        ("ed25519", {"signature": "vault:v1:!!!"}, "invalid base64 signature value"),
        ("ed25519", {"signature": "vault:v1:aaaa:bbbb"}, "invalid base64 signature value"),
        ("ed25519", {"signature": "vault:v1:-_-_"}, "was it made with marshaling_algorithm=jws?"),
        ("ed25519", {"signature": "vault:v1:aa==", "marshaling_algorithm": "jws"}, "isn't in base64 for URLs"),
        ("ed25519", {"signature": "vault:v1:aaaaa", "marshaling_algorithm": "jws"}, "invalid base64 signature value"),
        ("ed25519", {"signature": "vault:v1:aaaa", "input": "!!!"}, BASE64),
        ("ed25519", {"signature": "x", "hash_algorithm": "nope"}, 'invalid hash algorithm "nope"'),
        ("ecdsa-p256", {"signature": "vault:v1:aaaa"}, "supplied signature is invalid"),
        ("rsa-2048", {"signature": "vault:v1:aaaa", "signature_algorithm": "nope"}, "unsupported rsa signature algo"),
        ("ml-dsa", {"signature": "x", "prehashed": True, "hash_algorithm": "mldsa-mu"}, "does not support verificati"),
        ("aes256-gcm96", {"signature": "vault:v1:aaaa"}, "key type aes256-gcm96 does not support verification"),
        ("hmac", {"signature": "vault:v1:aaaa"}, "key type hmac does not support verification"),
        ("ed25519", {"cmac": "vault:v1:aaaa"}, "key type ed25519 does not support CMAC"),
        ("ed25519", {"hmac": "x"}, "invalid HMAC: no prefix"),
        ("ed25519", {"hmac": "vault:v1"}, "invalid HMAC: wrong number of fields"),
        ("ed25519", {"hmac": "vault:vx:aaaa"}, "invalid HMAC: version number could not be decoded"),
        ("ed25519", {"hmac": "vault:v0:aaaa"}, "too old"),
        ("ed25519", {"hmac": "vault:v2:aaaa"}, "invalid HMAC: version is too new"),
        ("ed25519", {"hmac": "vault:v1:!!!"}, "unable to decode verification HMAC as base64"),
        ("ed25519", {"hmac": "x", "input": "!!!"}, BASE64),
        ("ed25519", {"hmac": "x", "hash_algorithm": "none"}, "algorithm cannot be none"),
        ("ed25519", {"hmac": "x", "hash_algorithm": "nope"}, "unsupported algorithm nope"),
    ],
)
async def test_verifying(type_: str, fields: dict[str, Any], text: str) -> None:
    """What is no signature or code at all is refused."""
    keys = await Keys.new()
    await keys.make("k", type=type_, **SETTINGS.get(type_, {}))
    with pytest.raises(InvalidRequest) as refusal:
        await keys.write("verify/k", **{"input": MESSAGE, **fields})
    assert text in refusal.value.text


@pytest.mark.parametrize(
    ("type_", "encoded", "options"),
    [
        ("ed25519", "aaaa", {}),
        ("ed25519", "", {}),
        ("ed25519", "aaaa", {"signature_algorithm": "ed25519ph"}),
        ("ecdsa-p256", "aaaa", {"marshaling_algorithm": "jws"}),
        ("rsa-2048", "aaaa", {}),
        ("ml-dsa", "aaaa", {}),
        ("hybrid", "aaaa", {}),
    ],
)
async def test_signatures_of_another_length(type_: str, encoded: str, options: dict[str, Any]) -> None:
    """They are signatures that aren't valid."""
    keys = await Keys.new()
    await keys.make("k", type=type_, **SETTINGS.get(type_, {}))
    answer = await keys.write("verify/k", input=MESSAGE, signature=f"vault:v1:{encoded}", **options)
    assert answer == {"valid": False}


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        ("sign/none", {"input": "!!!"}, "signing key not found"),
        ("verify/none", {"signature": "x"}, "signature verification key not found"),
        ("verify/none", {"hmac": "x"}, "encryption key not found"),
        ("verify/none", {}, "neither a 'signature' nor an 'hmac' were given to verify"),
        ("hmac/none", {"input": ""}, "encryption key not found"),
        ("cmac/none", {"input": ""}, "encryption key not found"),
    ],
)
async def test_a_key_that_there_is_not(path: str, fields: dict[str, Any], text: str) -> None:
    """It is refused before its input is looked at."""
    keys = await Keys.new()
    with pytest.raises(InvalidRequest) as refusal:
        await keys.write(path, **fields)
    assert refusal.value.text == text
